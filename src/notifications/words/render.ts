import type { LocalDate } from '../../kernel/time.ts'
import type { Mail } from '../../platform/mailer.ts'

/** The languages that reminders are written in, by BCP 47 primary subtag. */
export const messageLanguages = ['el', 'en', 'sq', 'ar', 'uk', 'ur', 'ka', 'bg'] as const

/** One of {@link messageLanguages}. */
export type MessageLanguage = (typeof messageLanguages)[number]

/** What one reminder to one guardian is about. */
export interface ReminderFacts {
  about: 'opening' | 'reminder' | 'closing' | 'correction'
  vouchers: {
    /** As people read it, `XXXX-XXXX-XXXX`. */
    code: string
    /** What its QR holds. */
    payload: string
    /** The parent's page. */
    link: string
    givenName: string | null
    schoolName: string
    schoolAddress: string | null
  }[]
  pickupFrom: LocalDate
  pickupUntil: LocalDate
  optOutLink: string
}

/** The language to write in to somebody whose language is `tag` (BCP 47): that one if it is ours, else Greek. */
export function messageLanguage(tag: string | null): MessageLanguage {
  const primary = tag?.toLowerCase().split('-')[0]
  return messageLanguages.find((language) => language === primary) ?? 'el'
}

/** The reminder as a mail in `language` (BCP 47). */
export async function renderMail(
  _language: string,
  _facts: ReminderFacts,
): Promise<Required<Pick<Mail, 'subject' | 'text' | 'html' | 'inline'>>> {
  throw new Error('not written yet')
}

/** The reminder as a text message in `language` (BCP 47), as short as can be. */
export function renderSms(_language: string, _facts: ReminderFacts): string {
  throw new Error('not written yet')
}
