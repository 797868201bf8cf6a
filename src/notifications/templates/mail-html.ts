import { Html, html } from '../../platform/html.ts'
import { plainText } from './bidi.ts'
import { bySchool, type ReminderFacts, type ReminderVoucher } from './facts.ts'
import { directionOf, fullDate, type MessageLanguage } from './language.ts'
import { mailStyle } from './mail-style.ts'
import type { Speech } from './speech.ts'

/** The reminder in HTML. The QR of the voucher at place `i` is the image `cidOf(i)`; nothing is fetched from anywhere. */
export function mailHtml(
  say: Speech,
  language: MessageLanguage,
  facts: ReminderFacts,
  { title, cidOf }: { title: string; cidOf: (index: number) => string },
): string {
  const { about, vouchers, optOutLink } = facts
  const count = vouchers.length
  const until = fullDate(facts.pickupUntil, language)
  // At several schools each card says its own, so that nobody wonders which of them is meant.
  const placeOnCard = bySchool(vouchers).length > 1
  const card = (voucher: ReminderVoucher, index: number) =>
    voucherCard(say, voucher, { cid: cidOf(index), number: index + 1, count, placeOnCard })
  const page = html`<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${title}</title>
<style>${new Html(mailStyle)}</style>
</head>
<body>
<main>
<h1>${say(`${about}.headline`, {}, count)}</h1>
<p>${say(`${about}.lead`, { until }, count)}</p>
${vouchers.map(card)}
${placeOnCard ? undefined : place(say, vouchers[0]!)}
<h2>${say('when')}</h2>
<p><strong>${say('from', { date: fullDate(facts.pickupFrom, language) })}</strong><br>
<strong>${say('until', { date: until })}</strong></p>
<h2>${say('bring')}</h2>
<p>${say('bring.what', {}, count)}</p>
<p>${say('good', {}, count)} ${say('questions')}</p>
<footer>
<p>${say('why')}<br><a href="${optOutLink}">${say('stop')}</a></p>
</footer>
</main>
</body>
</html>
`
  return page.text
}

function voucherCard(
  say: Speech,
  voucher: ReminderVoucher,
  { cid, number, count, placeOnCard }: { cid: string; number: number; count: number; placeOnCard: boolean },
): Html {
  const { givenName, code, link } = voucher
  const name = plainText(givenName ?? '')
  const heading = name ? html`<h2><bdi>${name}</bdi></h2>` : html`<h2>${String(number)}/${String(count)}</h2>`
  return html`<section>
${name || count > 1 ? heading : undefined}
<p>${say('code')}</p>
<p class="code"><bdi dir="ltr">${code}</bdi></p>
<p class="qr"><img src="cid:${cid}" width="240" height="240" alt="${say('qr', { code: spelled(code) })}"></p>
<p><a class="open" href="${link}">${say('page')}</a></p>
${placeOnCard ? place(say, voucher) : undefined}
</section>
`
}

/** Schools are told as they are called, in Greek, whatever the language around them: that is what stands over the door. */
function place(say: Speech, { schoolName, schoolAddress }: ReminderVoucher): Html {
  const address = plainText(schoolAddress ?? '')
  return html`<h2>${say('where')}</h2>
<p><strong><bdi lang="el">${plainText(schoolName)}</bdi></strong>${address ? html`<br><bdi lang="el">${address}</bdi>` : undefined}</p>
`
}

/** A code for the ear: letter by letter, with a rest between the groups, isolated where the words around it run the other way. */
function spelled(code: string): string {
  return `\u2066${code
    .split('-')
    .map((group) => [...group].join(' '))
    .join(', ')}\u2069`
}
