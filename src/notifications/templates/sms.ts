import { plainText } from './bidi.ts'
import { bySchool, type ReminderFacts } from './facts.ts'
import { toGsm } from './gsm.ts'
import { type MessageLanguage, shortDate } from './language.ts'
import type { Speech } from './speech.ts'

/** Languages that the alphabet of text messages can be read in. Of the others every letter makes it a dearer message. */
const gsmLanguages: MessageLanguage[] = ['el', 'en', 'sq']

/**
 * The reminder as a text message. Schools, codes and links stand on lines of their own: a line takes its direction from what
 * is on it, so that no invisible characters are needed, which old phones show as boxes.
 */
export function smsText(say: Speech, language: MessageLanguage, facts: ReminderFacts): string {
  const dates = { from: shortDate(facts.pickupFrom, language), until: shortDate(facts.pickupUntil, language) }
  const schools = bySchool(facts.vouchers)
  // Parents know their child's school, and its name makes two messages of one.
  const namesSchools = schools.length > 1 || facts.about === 'correction'
  const lines = [
    say(`sms.${facts.about}`, dates, facts.vouchers.length),
    ...schools.flatMap((vouchers) => [
      ...(namesSchools ? [plainText(vouchers[0]!.schoolName)] : []),
      ...vouchers.map(({ code, link }) => `${code} ${link}`),
    ]),
    say('sms.stop', { link: facts.optOutLink }),
  ]
  const text = lines.join('\n')
  return gsmLanguages.includes(language) ? toGsm(text) : text
}
