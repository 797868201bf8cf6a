import { qrPng } from '../../vouchers/index.ts'
import { isolated, plainText } from './bidi.ts'
import type { ReminderFacts } from './facts.ts'
import { directionOf, localeOf, type MessageLanguage, messageLanguage } from './language.ts'
import { mailHtml } from './mail-html.ts'
import { mailText } from './mail-text.ts'
import { smsText } from './sms.ts'
import { type Speech, speech } from './speech.ts'
import { ownTemplates } from './template-files.ts'

/** The reminder as a mail in `tag` (BCP 47) or, where that is none of ours, in Greek: it only lacks its recipient and its id. */
export function renderMail(tag: string | null, facts: ReminderFacts, templates = ownTemplates()) {
  const language = messageLanguage(tag)
  const say = speech(templates, language)
  const subject = withNames(say, language, facts, say(`${facts.about}.headline`, {}, facts.vouchers.length))
  const cidOf = (index: number) => `qr-${index + 1}@saka`
  return {
    subject,
    text: mailText(say, language, facts),
    html: mailHtml(say, language, facts, { title: subject, cidOf }),
    /** The QR symbols that the HTML shows. */
    inline: facts.vouchers.map(({ payload }, i) => ({
      cid: cidOf(i),
      contentType: 'image/png',
      content: qrPng(payload),
    })),
    /** How to be written to no more in one click (RFC 8058), and the language. */
    headers: {
      'List-Unsubscribe': `<${facts.optOutLink}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Content-Language': language,
    },
  }
}

/** The reminder as a text message in `tag` (BCP 47) or, where that is none of ours, in Greek; as short as can be. */
export function renderSms(tag: string | null, facts: ReminderFacts, templates = ownTemplates()): string {
  const language = messageLanguage(tag)
  return smsText(speech(templates, language), language, facts)
}

/** The given names, where all are known, before what is said of them; each read in its own direction. */
function withNames(say: Speech, language: MessageLanguage, { vouchers }: ReminderFacts, what: string): string {
  const names = vouchers.flatMap(({ givenName }) => plainText(givenName ?? '') || [])
  if (names.length < vouchers.length) return what
  const list = new Intl.ListFormat(localeOf(language)).format(
    names.map((name) => isolated(name, directionOf(language))),
  )
  return say('named', { names: list, what })
}
