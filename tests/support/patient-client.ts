import { setTimeout as pause } from 'node:timers/promises'

/** A request of a {@link PatientClient}. */
export interface Sent {
  path: string
  body: unknown
  /** `application/json` unless it is said. A text is sent as it is. */
  contentType?: string
  /** The `Idempotency-Key`, for what has no `scanId`. */
  key?: string
}

/** A phone or an office that asks again until it is answered, always the same, at whichever process answers. */
export interface PatientClient {
  send(request: Sent): Promise<{ status: number; json: any }>
  /** How often it had to ask again, by what it met: `ECONNREFUSED`, `503 database_away`, … */
  met: Record<string, number>
}

/** A client with an API key, which asks the processes at `addresses` in turn and gives up after `patienceMilliseconds`. */
export function patientClient(
  addresses: () => string[],
  apiKey: string,
  patienceMilliseconds = 120_000,
): PatientClient {
  const met: Record<string, number> = {}
  let turn = 0
  const ask = async ({
    path,
    body,
    contentType = 'application/json',
    key,
  }: Sent): Promise<{ status: number; json: any }> => {
    const at = addresses()
    const response = await fetch(`${at[turn++ % at.length]}/api/v1${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': contentType,
        ...(key && { 'idempotency-key': key }),
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    })
    return { status: response.status, json: await response.json() }
  }
  return {
    met,
    send: async (request) => {
      for (const end = Date.now() + patienceMilliseconds; Date.now() < end; await pause(100)) {
        const answer = await ask(request).catch((error: Error & { cause?: { code?: string } }) => ({
          status: 0,
          json: { code: error.cause?.code ?? error.name },
        }))
        const { status, json } = answer
        if (![0, 503].includes(status) && json.code !== 'idempotency_in_flight') return answer
        const why = status === 0 ? json.code : `${status} ${json.code}`
        met[why] = (met[why] ?? 0) + 1
      }
      throw new Error(`nobody answered ${request.path}: ${JSON.stringify(met)}`)
    },
  }
}
