import type { SmsDialect } from './request.ts'

/** Errors about the number that is written to, by https://www.twilio.com/docs/api/errors. */
const aboutTheRecipient = new Set([
  21211, // not a number
  21217,
  21401,
  21407, // takes no text messages
  21610, // answered STOP
  21612, // not to be reached from our sender
  21614, // not a mobile
])

/** Errors about us: the credentials, the account, the sender. */
const aboutUs = new Set([
  20003, // wrong credentials
  20005, // the account is not active
  21212, // no such sender
  21603, // no sender
  21606, // the sender sends no text messages
  21608, // a trial account writes to verified numbers only
  21659, // not a sender of ours
  21701, // no such messaging service
  21703, // a messaging service without a sender
])

/**
 * Twilio's own gateway, or one that speaks like it (API 2010-04-01, `POST Messages.json`). `token` is the account's, or an API
 * key and its secret with a colon between. A `from` that is a messaging service's (`MG…`) is sent as such.
 */
export function twilioDialect(url: string, token: string, account: string, from: string): SmsDialect {
  const credentials = token.includes(':') ? token : `${account}:${token}`
  const sender = /^MG[0-9a-f]{32}$/i.test(from) ? 'MessagingServiceSid' : 'From'
  return {
    request: ({ to, text }) => ({
      url: `${url.replace(/\/$/, '')}/2010-04-01/Accounts/${account}/Messages.json`,
      headers: {
        Authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ To: to, [sender]: from, Body: text }).toString(),
    }),
    reference: (answer) => (answer as { sid?: unknown } | null)?.sid,
    meaning(status, answer) {
      const code = Number((answer as { code?: unknown } | null)?.code)
      if (aboutTheRecipient.has(code)) return 'address'
      if (aboutUs.has(code)) return 'down'
      // It knows no idempotency key: what broke on its side may have gone out, where it does not say that it is overloaded.
      return status >= 500 && status !== 503 ? 'doubtful' : undefined
    },
  }
}
