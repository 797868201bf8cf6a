/** Markup that is safe to send: its values have been escaped. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

type Value = string | Html | readonly Html[] | undefined

function markup(value: Value): string {
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(markup).join('')
  return (value ?? '').replace(/[&<>"']/g, (character) => entities[character]!)
}

/** Markup from a template: every value is escaped unless it is markup itself, or a list of it, and undefined is nothing. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(parts.reduce((text, part, i) => text + markup(values[i - 1]) + part))
}
