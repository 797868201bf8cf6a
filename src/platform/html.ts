/** Markup that is safe to send: its values have been escaped. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function markup(value: string | Html | undefined): string {
  if (value instanceof Html) return value.text
  return (value ?? '').replace(/[&<>"']/g, (character) => entities[character]!)
}

/** Markup from a template: every value is escaped unless it is markup itself, and undefined is nothing. */
export function html(parts: TemplateStringsArray, ...values: (string | Html | undefined)[]): Html {
  return new Html(parts.reduce((text, part, i) => text + markup(values[i - 1]) + part))
}
