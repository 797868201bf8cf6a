import type { Config } from './config.ts'

/** A text message. */
export interface Sms {
  /** The recipient's number in E.164. */
  to: string
  text: string
  /** What this message is known by, the same however often it is sent. */
  id: string
}

/** Sends text messages. */
export interface SmsGateway {
  /**
   * Answers once the gateway has taken the message, with what the gateway knows it by, where it says. Throws one of the
   * errors of `delivery.ts` when it does not.
   */
  send(sms: Sms): Promise<{ reference: string | null }>
}

/** The gateway that is configured, or undefined where none is. */
export function openSmsGateway(_config: Config): SmsGateway | undefined {
  return undefined
}
