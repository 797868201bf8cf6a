import { type Html, html } from '../../platform/html.ts'
import { framed, languageLink, type Saying } from '../frame.ts'
import { type UnsubscribeLanguage, unsubscribeTexts } from './texts.ts'

/** The page of a good link: it asks, and one press answers. Programs that look at links in mails end nothing by it. */
export function confirmPage(language: UnsubscribeLanguage): Html {
  const { ask, kept, button } = unsubscribeTexts[language]
  const form = html`<form method="post"><button>${button}</button></form>`
  return page(language, { state: 'early', headline: ask, hint: kept, content: form })
}

/** The page that says that it is done. */
export function unsubscribedPage(language: UnsubscribeLanguage): Html {
  const { done, kept } = unsubscribeTexts[language]
  return page(language, { state: 'ready', headline: done, hint: kept })
}

/** The page of a link that is none. */
export function unknownLinkPage(language: UnsubscribeLanguage): Html {
  return page(language, { state: 'invalid', ...unsubscribeTexts[language].unknown })
}

/** The page for when the service has a fault, or too much to do. */
export function unavailablePage(language: UnsubscribeLanguage): Html {
  return page(language, { state: 'late', ...unsubscribeTexts[language].broken })
}

function page(language: UnsubscribeLanguage, { content, ...said }: Saying & { state: string; content?: Html }): Html {
  const others = Object.entries(unsubscribeTexts)
    .filter(([other]) => other !== language)
    .map(([other, { name }]) => html`${languageLink(other, name)} `)
  return framed({
    language,
    title: said.headline,
    stylesheet: '/assets/welcome-page.css',
    nav: html`<p>${unsubscribeTexts[language].title}</p>`,
    ...said,
    content: html`${content}<footer><p>${others}</p></footer>`,
  })
}
