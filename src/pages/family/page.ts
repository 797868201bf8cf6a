import { type Html, html } from '../../platform/html.ts'
import { judgeScan } from '../../shared/judge-scan.ts'
import { type Instant, type LocalDate, localTime } from '../../shared/time.ts'
import { formatCode, type VoucherLookup, windowText } from '../../vouchers/index.ts'
import { framed, languageLink, type Saying } from '../frame.ts'
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
    state === 'collected'
      ? localTime(voucher.redeemedAt as Instant, timeZone)
      : windowText(campaign.pickupFrom, campaign.pickupFrom, language)
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

function page(language: PageLanguage, said: Saying & { state: VoucherState; content?: Html }): Html {
  const { title } = pageTexts[language]
  return framed({
    language,
    title: `${said.headline} · ${title}`,
    stylesheet: '/assets/parents-page.css',
    nav: languageNav(title, language),
    ...said,
  })
}

/** What stands over a page in Greek and in English: what it is about, and the way to the other language. */
export function languageNav(title: string, language: PageLanguage): Html {
  const other = language === 'el' ? 'en' : 'el'
  return html`<p>${title}</p>${languageLink(other, pageTexts[other].name)}`
}
