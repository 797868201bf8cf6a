/**
 * How a mail looks: one column, in the phone's own letters and colours, nothing below 16 pixels, contrasts of 7 to 1 (WCAG 2.2,
 * 1.4.6). The symbol keeps its white margin in the dark: scanners want dark on light.
 */
export const mailStyle = `
:root { color-scheme: light dark; }
body { margin: 0; padding: 0; background: #fff; color: #1a1a1a; font: 17px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", "Noto Sans Georgian", sans-serif; }
main { max-width: 34em; margin: 0 auto; padding: 16px; overflow-wrap: anywhere; }
h1 { margin: 8px 0 12px; font-size: 26px; line-height: 1.25; }
h2 { margin: 24px 0 4px; font-size: 19px; line-height: 1.3; }
p { margin: 0 0 12px; }
section { margin: 20px 0; padding: 4px 16px 8px; border: 2px solid #0a4f2c; border-radius: 12px; text-align: center; }
section h2 { margin: 12px 0 8px; }
section p { margin: 0 0 8px; }
.code { font: 700 26px/1.4 ui-monospace, "Roboto Mono", Menlo, Consolas, monospace; white-space: nowrap; }
.qr img { display: inline-block; width: 240px; max-width: 100%; height: auto; padding: 8px; background: #fff; border-radius: 8px; }
a { color: #00449e; }
.open { display: inline-block; padding: 10px 8px; font-weight: 700; }
footer { margin-top: 28px; padding-top: 12px; border-top: 1px solid #767676; font-size: 16px; }
footer a { display: inline-block; padding: 10px 0; }
@media (prefers-color-scheme: dark) {
  body { background: #121212; color: #f2f2f2; }
  section { border-color: #7fd6a6; }
  a { color: #a8c7ff; }
}
`
