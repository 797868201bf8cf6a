import type { Config } from '../config/config.ts'
import { type Sms, type SmsDialect, sendBy } from './request.ts'
import { twilioDialect } from './twilio.ts'

/** Sends text messages. */
export interface SmsGateway {
  /**
   * Answers once the gateway has taken the message, with what the gateway knows it by, where it says. Throws one of the
   * errors of `delivery.ts` when it does not, within 30 seconds.
   */
  send(sms: Sms): Promise<{ reference: string | null }>
}

/** The gateway that is configured, or undefined where none is. `patienceMilliseconds` is how long it may take to answer. */
export function openSmsGateway(config: Config, patienceMilliseconds = 30_000): SmsGateway | undefined {
  const dialect = dialectOf(config)
  return dialect && { send: (sms) => sendBy(dialect, sms, patienceMilliseconds) }
}

function dialectOf(config: Config): SmsDialect | undefined {
  const {
    smsGatewayKind,
    smsGatewayUrl: url,
    smsGatewayAccount: account,
    smsGatewayToken: token,
    smsFrom: from,
  } = config
  if (!url || !token) return undefined
  if (smsGatewayKind === 'http') return httpDialect(url, token, from)
  return account && from ? twilioDialect(url, token, account, from) : undefined
}

/** The generic gateway: JSON over HTTP, as `docs/sms-gateway.md` tells an integrator. */
function httpDialect(url: string, token: string, from: string | undefined): SmsDialect {
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
