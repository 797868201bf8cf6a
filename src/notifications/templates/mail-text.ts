import { isolated, plainText } from './bidi.ts'
import { bySchool, type ReminderFacts } from './facts.ts'
import { directionOf, fullDate, type MessageLanguage } from './language.ts'
import type { Speech } from './speech.ts'

/** The reminder in plain text, complete by itself. Codes and links stand on lines of their own, as in a text message. */
export function mailText(say: Speech, language: MessageLanguage, facts: ReminderFacts): string {
  const { about, vouchers, optOutLink } = facts
  const count = vouchers.length
  const foreign = (text: string) => isolated(text, directionOf(language))
  const until = fullDate(facts.pickupUntil, language)
  const paragraphs = [
    [say(`${about}.headline`, {}, count)],
    [say(`${about}.lead`, { until }, count)],
    ...bySchool(vouchers).flatMap((ofSchool) => [
      ...ofSchool.map(({ givenName, code, link }) => [
        ...(plainText(givenName ?? '') ? [foreign(givenName!)] : []),
        `${say('code')}:`,
        code,
        link,
      ]),
      [
        `${say('where')}:`,
        foreign(ofSchool[0]!.schoolName),
        ...(ofSchool[0]!.schoolAddress ? [foreign(ofSchool[0]!.schoolAddress)] : []),
      ],
    ]),
    [`${say('when')}:`, say('from', { date: fullDate(facts.pickupFrom, language) }), say('until', { date: until })],
    [`${say('bring')}:`, say('bring.what', {}, count), say('good', {}, count)],
    [say('questions')],
    ['-- ', say('why'), `${say('stop')}:`, optOutLink],
  ]
  return `${paragraphs.map((lines) => lines.join('\n')).join('\n\n')}\n`
}
