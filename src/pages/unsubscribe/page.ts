import { Html, html } from '../../platform/html.ts'
import { type UnsubscribeLanguage, unsubscribeLanguages, unsubscribeTexts } from './texts.ts'

const isOurs = (language: string): language is UnsubscribeLanguage => language in unsubscribeTexts

/** The language to answer in: the one that was chosen, else the first of ours that the browser asks for, else Greek. */
export function unsubscribeLanguage(
  chosen: string | undefined,
  acceptLanguage: string | undefined,
): UnsubscribeLanguage {
  if (chosen !== undefined && isOurs(chosen)) return chosen
  const asked = (acceptLanguage ?? '').split(',').map((range) => range.trim().split(/[-;]/)[0]!.toLowerCase())
  return asked.find(isOurs) ?? 'el'
}

/** The page of a good link: it asks, and one press answers. Programs that look at links in mails end nothing by it. */
export function confirmPage(language: UnsubscribeLanguage): Html {
  const { ask } = unsubscribeTexts[language]
  return page(language, {
    state: 'early',
    ...ask,
    content: html`<form method="post"><button>${ask.button}</button></form>`,
  })
}

/** The page that says that it is done. */
export function unsubscribedPage(language: UnsubscribeLanguage): Html {
  return page(language, { state: 'ready', ...unsubscribeTexts[language].done })
}

/** The page of a link that is none. */
export function unknownLinkPage(language: UnsubscribeLanguage): Html {
  return page(language, { state: 'invalid', ...unsubscribeTexts[language].unknown })
}

/** The page for when the service has a fault, or too much to do. */
export function unavailablePage(language: UnsubscribeLanguage): Html {
  return page(language, { state: 'late', ...unsubscribeTexts[language].broken })
}

function page(
  language: UnsubscribeLanguage,
  { state, headline, hint, content }: { state: string; headline: string; hint: string; content?: Html },
): Html {
  const others = unsubscribeLanguages
    .filter((other) => other !== language)
    .map(
      (other) =>
        html`<a href="?lang=${other}" lang="${other}" hreflang="${other}">${unsubscribeTexts[other].name}</a> `.text,
    )
  return html`<!doctype html>
<html lang="${language}" dir="${language === 'ar' || language === 'ur' ? 'rtl' : 'ltr'}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>${headline}</title>
    <link rel="stylesheet" href="/assets/welcome-page.css">
  </head>
  <body>
    <main>
      <nav><p>${unsubscribeTexts[language].title}</p></nav>
      <header class="${state}"><h1>${headline}</h1><p>${hint}</p></header>
      ${content}
      <footer><p>${new Html(others.join(''))}</p></footer>
    </main>
  </body>
</html>
`
}
