import { AddressRefused, ChannelDown, DeliveryDelayed, DeliveryDoubtful } from '../delivery.ts'

/** A text message. */
export interface Sms {
  /** The recipient's number in E.164. */
  to: string
  text: string
  /** What this message is known by, the same however often it is sent. */
  id: string
}

/** How one kind of gateway is spoken to. */
export interface SmsDialect {
  request(sms: Sms): { url: string; headers: Record<string, string>; body: string }
  /** What the gateway knows the message by, in what it answered to one that it took. */
  reference(answer: unknown): unknown
  /** What an answer of `status` with this body means, where that is this kind of gateway's own to say. */
  meaning(status: number, answer: unknown): 'address' | 'delayed' | 'down' | 'doubtful' | undefined
}

/** What fetch fails with while nothing of the request has left: no name, no connection, no TLS with somebody we trust. */
const nothingSent =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|UNABLE_TO_\w+|SELF_SIGNED_\w+|DEPTH_ZERO_\w+|ERR_TLS_\w+|ERR_SSL_\w+)$/

/** Hands `sms` to a gateway. Throws one of the errors of `delivery.ts`, `patienceMilliseconds` after the call at the latest. */
export async function sendBy(
  dialect: SmsDialect,
  sms: Sms,
  patienceMilliseconds: number,
): Promise<{ reference: string | null }> {
  if (!/^\+[1-9]\d{6,14}$/.test(sms.to)) throw new AddressRefused('not a number in E.164')
  const { url, headers, body } = dialect.request(sms)
  let answer: Response
  try {
    answer = await fetch(url, {
      method: 'POST',
      // A connection that the gateway ends while it lies idle would leave the next message in doubt.
      headers: { ...headers, Accept: 'application/json', Connection: 'close' },
      body,
      // The token is for this address alone.
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMilliseconds),
    })
  } catch (error) {
    throw connectionError(error)
  }
  // What was taken stays taken, whatever becomes of the rest of the answer.
  const told = await answer.json().catch(() => null)
  if (answer.ok) return { reference: referenceIn(dialect.reference(told)) }
  throw refusal(answer, dialect.meaning(answer.status, told) ?? usualMeaning(answer.status))
}

function connectionError(error: unknown): Error {
  const { name, cause } = error as { name?: string; cause?: { code?: unknown } }
  const code = typeof cause?.code === 'string' ? cause.code : (name ?? 'unknown')
  return nothingSent.test(code) ? new ChannelDown(code) : new DeliveryDoubtful(code)
}

/** Gateways number their messages in text or digits. Never longer than is worth keeping. */
function referenceIn(value: unknown): string | null {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value).slice(0, 200) : null
}

/** What a status means where a gateway has no words of its own for it (RFC 9110, section 15). */
function usualMeaning(status: number): 'delayed' | 'down' {
  // A wrong address or token, or another way to go: nobody can be told until somebody mends the settings.
  const isOurs = status < 400 || [401, 402, 403, 404, 405, 407, 503].includes(status)
  return isOurs ? 'down' : 'delayed'
}

function refusal({ status, headers }: Response, meaning: 'address' | 'delayed' | 'down' | 'doubtful'): Error {
  const told = `HTTP ${status}`
  if (meaning === 'address') return new AddressRefused(told)
  if (meaning === 'doubtful') return new DeliveryDoubtful(told)
  const wait = secondsToWait(headers)
  return meaning === 'down' ? new ChannelDown(told, wait) : new DeliveryDelayed(told, wait)
}

const aDay = 86_400

/** `Retry-After` in seconds (RFC 9110, section 10.2.3), at most a day; a date is taken by the clock that wrote it. */
function secondsToWait(headers: Headers): number | undefined {
  const text = headers.get('Retry-After')?.trim() ?? ''
  const seconds = /^\d+$/.test(text)
    ? Number(text)
    : Math.ceil((Date.parse(text) - Date.parse(headers.get('Date') ?? '')) / 1000)
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), aDay) : undefined
}
