import type { OpenLink } from '../../identity/index.ts'
import { type Html, html } from '../../platform/html.ts'
import { languageNav } from '../family/page.ts'
import { pageStyle } from '../family/style.ts'
import type { PageLanguage } from '../family/texts.ts'
import { framed, type Saying } from '../frame.ts'
import { type FieldFault, setPasswordTexts } from './texts.ts'

/** What somebody has written into the form. Passwords are never written back. */
export interface Written {
  email: string
  name: string
}

type Field = 'email' | 'name' | 'password' | 'repeat'

const fieldOf = (fault: FieldFault): Field =>
  fault === 'email' || fault === 'name' ? fault : fault === 'repeated' ? 'repeat' : 'password'

/** The page of a good link: a form that works without a script, and says what is wrong where it is wrong. */
export function setPasswordPage(
  open: OpenLink,
  language: PageLanguage,
  { written = { email: '', name: '' }, fault }: { written?: Written; fault?: FieldFault } = {},
): Html {
  const texts = setPasswordTexts[language]
  const wrong = fault && fieldOf(fault)
  const message = fault && texts.faults[fault]
  const headline = texts.headlines[open.purpose]
  const password = { type: 'password', autocomplete: 'new-password', message, wrong }
  const who =
    open.purpose === 'setup'
      ? html`
        ${field('email', texts.email, { type: 'email', autocomplete: 'username', value: written.email, message, wrong })}
        ${field('name', texts.name, { type: 'text', autocomplete: 'name', value: written.name, message, wrong })}`
      : html`
        <p><label for="email">${texts.email}</label><input id="email" type="email" value="${open.user.email}" autocomplete="username" readonly></p>`
  return page(language, {
    state: fault ? 'invalid' : 'ready',
    title: fault ? `${texts.error}: ${headline}` : headline,
    headline,
    hint: texts.hint,
    content: html`
      <form method="post" novalidate>${who}
        ${field('password', texts.password, { ...password, hint: texts.passwordHint })}
        ${field('repeat', texts.repeat, password)}
        <button>${texts.send}</button>
      </form>`,
  })
}

/** A label, its field, and what is wrong with it: read out with the field, which has the focus. */
function field(
  name: Field,
  label: string,
  about: {
    type: string
    autocomplete: string
    value?: string
    hint?: string
    message: string | undefined
    wrong: Field | undefined
  },
): Html {
  const { type, autocomplete, value, hint, message, wrong } = about
  const isWrong = wrong === name
  const described = [hint && `${name}-hint`, isWrong && `${name}-fault`].filter(Boolean).join(' ')
  const state = isWrong ? html` aria-invalid="true" autofocus` : undefined
  const more = described ? html` aria-describedby="${described}"` : undefined
  return html`<p><label for="${name}">${label}</label>${hint ? html`<small id="${name}-hint">${hint}</small>` : undefined}${
    isWrong ? html`<strong id="${name}-fault" role="alert">${message}</strong>` : undefined
  }<input id="${name}" name="${name}" type="${type}" value="${value}" maxlength="254" autocomplete="${autocomplete}" required${more}${state}></p>`
}

/** The page once the password is set. */
export const donePage = (language: PageLanguage): Html =>
  page(language, { state: 'ready', ...setPasswordTexts[language].done })

/** The page of a link that is not good: the same whether it was used, ran out, or never was. */
export const invalidPage = (language: PageLanguage): Html =>
  page(language, { state: 'invalid', ...setPasswordTexts[language].invalid })

/** The page for when the service has a fault. */
export const brokenPage = (language: PageLanguage): Html =>
  page(language, { state: 'late', ...setPasswordTexts[language].broken })

function page(
  language: PageLanguage,
  { title, ...said }: Saying & { state: string; title?: string; content?: Html },
): Html {
  const { title: service } = setPasswordTexts[language]
  return framed({
    language,
    title: `${title ?? said.headline} · ${service}`,
    stylesheet: '/assets/welcome-page.css',
    nav: languageNav(service, language),
    ...said,
  })
}

/** The parents' page's look, with a form: fields as wide as a phone, and tall enough for a thumb (WCAG 2.2, 2.5.8). */
export const setPasswordStyle = `${pageStyle}
form { margin: 1.25rem 0 0; }
form p { margin: 0 0 1.25rem; }
label, small, form strong { display: block; }
label { font-weight: 600; }
small { color: var(--quiet); font-size: .9375rem; }
form strong { color: var(--stop); }
input, button { width: 100%; min-height: 2.75rem; margin-top: .25rem; padding: .5rem .75rem; font: inherit; border-radius: .25rem; }
input { color: var(--ink); background: #fff; border: 1px solid #6a6a6a; }
input[readonly] { background: #f4f4f2; }
input[aria-invalid] { border: 2px solid var(--stop); }
button { color: #fff; background: #003476; border: 0; font-weight: 600; }
input:focus-visible, button:focus-visible { outline: 3px solid #003476; outline-offset: 2px; }
`
