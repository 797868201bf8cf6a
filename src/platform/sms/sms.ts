import type { Config } from '../config/config.ts'
import { httpDialect } from './http.ts'
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

function dialectOf({
  smsGatewayKind: kind,
  smsGatewayUrl: url,
  smsGatewayAccount: account,
  smsGatewayToken: token,
  smsFrom: from,
}: Config): SmsDialect | undefined {
  if (!url || !token) return undefined
  if (kind === 'http') return httpDialect({ url, token, from })
  return account && from ? twilioDialect({ url, account, token, from }) : undefined
}
