import { Html, html } from '../../platform/html.ts'
import { type StopLanguage, stopLanguages, stopTexts } from './texts.ts'

const isOurs = (language: string): language is StopLanguage => language in stopTexts

/** The language to answer in: the one that was chosen, else the first of ours that the browser asks for, else Greek. */
export function stopLanguage(chosen: string | undefined, acceptLanguage: string | undefined): StopLanguage {
  if (chosen !== undefined && isOurs(chosen)) return chosen
  const asked = (acceptLanguage ?? '').split(',').map((range) => range.trim().split(/[-;]/)[0]!.toLowerCase())
  return asked.find(isOurs) ?? 'el'
}

/** The page of a good link: it asks, and one press answers. Programs that look at links in mails end nothing by it. */
export function askPage(language: StopLanguage): Html {
  const { ask } = stopTexts[language]
  return page(language, {
    state: 'early',
    ...ask,
    content: html`<form method="post"><button>${ask.button}</button></form>`,
  })
}

/** The page that says that it is done. */
export function stoppedPage(language: StopLanguage): Html {
  return page(language, { state: 'ready', ...stopTexts[language].done })
}

/** The page of a link that is none. */
export function unknownLinkPage(language: StopLanguage): Html {
  return page(language, { state: 'invalid', ...stopTexts[language].unknown })
}

/** The page for when the service has a fault, or too much to do. */
export function brokenStopPage(language: StopLanguage): Html {
  return page(language, { state: 'late', ...stopTexts[language].broken })
}

function page(
  language: StopLanguage,
  { state, headline, hint, content }: { state: string; headline: string; hint: string; content?: Html },
): Html {
  const others = stopLanguages
    .filter((other) => other !== language)
    .map(
      (other) => html`<a href="?lang=${other}" lang="${other}" hreflang="${other}">${stopTexts[other].name}</a> `.text,
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
      <nav><p>${stopTexts[language].title}</p></nav>
      <header class="${state}"><h1>${headline}</h1><p>${hint}</p></header>
      ${content}
      <footer><p>${new Html(others.join(''))}</p></footer>
    </main>
  </body>
</html>
`
}
