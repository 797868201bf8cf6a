import type { SmsDialect } from './request.ts'

/** The generic gateway: JSON over HTTP, as `docs/sms-gateway.md` tells an integrator. */
export function httpDialect({
  url,
  token,
  from,
}: {
  url: string
  token: string
  from: string | undefined
}): SmsDialect {
  return {
    request: ({ to, text, id }) => ({
      url,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Idempotency-Key': id },
      body: JSON.stringify({ to, text, ...(from && { from }), id }),
    }),
    reference: (answer) => (answer as { reference?: unknown } | null)?.reference,
    meaning: (status) => (status === 422 ? 'address' : undefined),
  }
}
