import { type Instant, type LocalDate, plusDays } from '../../shared/time.ts'
import type { VoucherLookup } from '../../vouchers/index.ts'
import { type PageLanguage, pageTexts } from './texts.ts'

/**
 * The days of the pickup as an entry for the parent's calendar (RFC 5545): when, where, what to bring. Calendars are shared with
 * others and kept elsewhere: nothing of the child is in it, and not the code. Taken in again, it replaces the entry before.
 */
export function pickupCalendar(
  { enrollment, campaign, school }: VoucherLookup,
  { now, host, language }: { now: Instant; host: string; language: PageLanguage },
): string {
  const { title, bringWhat } = pageTexts[language]
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Saka//Pickup//EN',
    'BEGIN:VEVENT',
    `UID:${enrollment.id}@${host}`,
    `DTSTAMP:${now.replace(/[-:]|\.\d+/g, '')}`,
    `DTSTART;VALUE=DATE:${dateText(campaign.pickupFrom)}`,
    // The day after the last.
    `DTEND;VALUE=DATE:${dateText(plusDays(campaign.pickupUntil, 1))}`,
    `SUMMARY;LANGUAGE=${language}:${escaped(title)}`,
    `LOCATION;LANGUAGE=el:${escaped([school.name, school.address].filter(Boolean).join(', '))}`,
    `DESCRIPTION;LANGUAGE=${language}:${escaped(bringWhat)}`,
    // Nobody is busy for all of these days.
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
    'END:VCALENDAR',
  ]
  return lines.map((line) => `${folded(line)}\r\n`).join('')
}

const dateText = (date: LocalDate) => date.replaceAll('-', '')

/** A TEXT value (section 3.3.11). A control character, which none may hold, becomes a space. */
function escaped(text: string): string {
  return text
    .replace(/[\\;,]/g, '\\$&')
    .replace(/\r\n|\r|\n/g, '\\n')
    .replace(/\p{Cc}/gu, ' ')
}

const longestLine = 75

/** A line in pieces of 75 bytes at most (section 3.1), none of which ends within a character. */
function folded(line: string): string {
  let text = ''
  let bytes = 0
  for (const character of line) {
    const size = Buffer.byteLength(character)
    if (bytes + size > longestLine) {
      text += '\r\n '
      bytes = 1
    }
    text += character
    bytes += size
  }
  return text
}
