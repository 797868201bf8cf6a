import { pageStyle } from '../family/style.ts'

/** The parents' page's look, with a form: fields as wide as a phone, and tall enough for a thumb (WCAG 2.2, 2.5.8). */
export const welcomeStyle = `${pageStyle}
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
