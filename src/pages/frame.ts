import { type Html, html } from '../platform/html.ts'

/** What a page says first. */
export interface Saying {
  headline: string
  hint: string
}

/** What stands in the frame of a page. */
interface Parts extends Saying {
  language: string
  /** How what is said first is coloured: a class of the stylesheet. */
  state: string
  /** What the browser calls the page. */
  title: string
  /** Where its stylesheet is. */
  stylesheet: string
  nav: Html
  content?: Html | undefined
}

/** A whole page. It works without a script. */
export function framed({ language, state, title, stylesheet, nav, headline, hint, content }: Parts): Html {
  const direction = language === 'ar' || language === 'ur' ? html` dir="rtl"` : undefined
  return html`<!doctype html>
<html lang="${language}"${direction}>
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>${title}</title>
    <link rel="stylesheet" href="${stylesheet}">
  </head>
  <body>
    <main>
      <nav>${nav}</nav>
      <header class="${state}"><h1>${headline}</h1><p>${hint}</p></header>${content}
    </main>
  </body>
</html>
`
}

/** A link to the same page in another language, by its own `name`. */
export function languageLink(language: string, name: string): Html {
  return html`<a href="?lang=${language}" lang="${language}" hreflang="${language}">${name}</a>`
}
