import { type Html, html } from '../../platform/html.ts'
import { judgeScan } from '../../shared/judge-scan.ts'
import { type Instant, type LocalDate, localTime } from '../../shared/time.ts'
import { formatCode, type VoucherLookup, windowText } from '../../vouchers/index.ts'
import { type PageLanguage, pageTexts, type VoucherState } from './texts.ts'

/** What `known` is good for on `day`: what a scan at its own school would answer, in a parent's words. */
function voucherState(known: VoucherLookup, day: LocalDate): VoucherState {
  const result = judgeScan({ known, schoolId: known.voucher.schoolId, day })
  if (result === 'accepted') return 'ready'
  if (result === 'already_redeemed') return 'collected'
  if (result === 'revoked') return known.voucher.replacedById ? 'replaced' : 'invalid'
  if (result === 'expired') return 'expired'
  if (result === 'outside_window') return day > known.campaign.pickupUntil ? 'late' : 'early'
  return 'invalid'
}

/** Whether there is a pickup to come to, on `day` or later. */
export function isPickupAhead(known: VoucherLookup, day: LocalDate): boolean {
  const state = voucherState(known, day)
  return state === 'ready' || state === 'early'
}

/** The page of a voucher: its state, its code, when and where. Nothing of the child. */
export function voucherPage(
  known: VoucherLookup,
  { day, timeZone, language }: { day: LocalDate; timeZone: string; language: PageLanguage },
): Html {
  const texts = pageTexts[language]
  const { voucher, campaign, school } = known
  const state = voucherState(known, day)
  const { headline, hint } = texts.states[state]
  const mentioned =
    state === 'collected' ? localTime(voucher.redeemedAt as Instant, timeZone) : dayText(campaign.pickupFrom, language)
  const isAhead = isPickupAhead(known, day)
  const calendar = html`<a href="/v/${voucher.code}/pickup.ics?lang=${language}">${texts.calendar}</a>`
  const pickup = html`
      <dl>
        <div><dt>${texts.when}</dt><dd><strong>${windowText(campaign.pickupFrom, campaign.pickupUntil, language)}</strong>${isAhead ? calendar : undefined}</dd></div>
        <div><dt>${texts.where}</dt><dd><strong lang="el">${school.name}</strong>${school.address ? html`<span lang="el">${school.address}</span>` : undefined}</dd></div>
        ${isAhead ? html`<div><dt>${texts.bring}</dt><dd>${texts.bringWhat}</dd></div>` : undefined}
      </dl>`
  const symbol = html`
      <figure>
        <figcaption>${texts.show}</figcaption>
        <img src="/v/${voucher.code}/qr.svg" width="272" height="272" alt="${texts.qr}">
        <p class="code"><span aria-label="${texts.code}">${formatCode(voucher.code)}</span></p>
      </figure>`
  return page(language, {
    state,
    headline,
    hint: hint.replace('{day}', mentioned),
    content: html`${isAhead ? symbol : undefined}${pickup}`,
  })
}

/** The page of a code that is nobody's: the same for one that was mistyped and one that was never issued. */
export function unknownPage(language: PageLanguage): Html {
  return page(language, { state: 'invalid', ...pageTexts[language].unknown })
}

/** The page for when the service has a fault. */
export function brokenPage(language: PageLanguage): Html {
  return page(language, { state: 'late', ...pageTexts[language].broken })
}

/** The page for somebody who has asked too often. */
export function busyPage(language: PageLanguage): Html {
  return page(language, { state: 'late', ...pageTexts[language].busy })
}

function page(
  language: PageLanguage,
  { state, headline, hint, content }: { state: VoucherState; headline: string; hint: string; content?: Html },
): Html {
  const { title } = pageTexts[language]
  const other = language === 'el' ? 'en' : 'el'
  return html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>${headline} · ${title}</title>
    <link rel="stylesheet" href="/assets/parents-page.css">
  </head>
  <body>
    <main>
      <nav><p>${title}</p><a href="?lang=${other}" lang="${other}" hreflang="${other}">${pageTexts[other].name}</a></nav>
      <header class="${state}"><h1>${headline}</h1><p>${hint}</p></header>${content}
    </main>
  </body>
</html>
`
}

function dayText(date: LocalDate, language: PageLanguage): string {
  const locale = language === 'en' ? 'en-GB' : 'el'
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`))
}
