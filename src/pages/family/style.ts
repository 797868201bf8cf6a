/** How the page looks: for a phone in the sun, legible without zooming. Colours keep a contrast of 7 to 1 (WCAG 2.2, 1.4.6). */
export const pageStyle = `
:root { color-scheme: light; --ink: #1a1a1a; --quiet: #4a4a4a; --line: #d5d5d5; --go: #0a4f2c; --go-back: #e4f4ea; --wait: #5c3d00; --wait-back: #fff3d6; --stop: #7a1212; --stop-back: #fdeaea; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f4f2; color: var(--ink); font: 1.0625rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 0 1rem 2rem; background: #fff; min-height: 100vh; }
nav { display: flex; justify-content: space-between; align-items: center; min-height: 3rem; }
nav p { margin: 0; color: var(--quiet); }
nav a { padding: .625rem 0 .625rem 1rem; color: #003476; }
header { margin: 0 -1rem; padding: 1.25rem 1rem; border-inline-start: .5rem solid currentColor; }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.25; }
header p { margin: 0; color: var(--ink); }
.ready, .collected { background: var(--go-back); color: var(--go); }
.early, .late, .replaced { background: var(--wait-back); color: var(--wait); }
.expired, .invalid { background: var(--stop-back); color: var(--stop); }
figure { margin: 1.25rem 0 0; text-align: center; }
figure img { display: block; width: min(100%, 17rem); height: auto; margin: 0 auto; }
figcaption { color: var(--quiet); }
.code { margin: 0; font: 700 1.625rem/1.4 ui-monospace, "Roboto Mono", Menlo, monospace; white-space: nowrap; }
dl { margin: 1.25rem 0 0; border-top: 1px solid var(--line); }
dl div { padding: .75rem 0; border-bottom: 1px solid var(--line); }
dt { color: var(--quiet); font-size: .9375rem; }
dd { margin: 0; }
dd strong { display: block; font-size: 1.125rem; }
dd a { display: inline-block; padding: .5rem 0; color: #003476; }
a:focus-visible { outline: 3px solid #003476; outline-offset: 2px; }
footer { margin-top: 1.25rem; }
footer a { display: inline-block; padding: .625rem .75rem .625rem 0; color: #003476; }
@media print { nav a, dd a { display: none; } main { max-width: none; } }
`.trimStart()
