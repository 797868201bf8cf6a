import type { LocalDate } from '../../shared/time.ts'
import type { Drawing } from './drawing.ts'
import type { Weight } from './faces.ts'
import type { Typesetter } from './typesetter.ts'

/** A label in Greek, with English after it for those who need it. */
export type Label = readonly [greek: string, english: string]

/** Draws on one page of a form for people, with its labels always in both languages. */
export type Pen = ReturnType<typeof penOn>

interface TextOptions {
  size?: number
  weight?: Weight
  width?: number
  lines?: number
  align?: 'left' | 'right' | 'centre'
}

/** A pen for one page. */
export function penOn(page: Drawing, type: Typesetter) {
  /** Answers the baseline of a line that would follow. */
  const text = (value: string, x: number, y: number, options: TextOptions = {}): number => {
    const { size = 11, weight = 'regular', width = 240, lines = 1, align } = options
    const fitted = type.fit(value, weight, { size, minimum: Math.min(size, 7), width, lines })
    return page.lines(fitted, { x, y, leading: fitted.size + 3, align })
  }
  return {
    text,
    label([greek, english]: Label, x: number, y: number): void {
      const line = type.line(greek, 'regular')
      page.text(line, { x, y, size: 8.5, grey: 0.3 })
      page.text(type.line(english, 'regular'), { x: x + line.width * 8.5 + 5, y, size: 6.5, grey: 0.45 })
    },
    rule: (x: number, y: number, width: number): void => page.line([x, y], [x + width, y], { grey: 0.4 }),
    frame: (...box: Parameters<Drawing['frame']>): void => page.frame(...box),
  }
}

/** A day as people in Greece read it: `4 Σεπτεμβρίου 2023`. */
export function dayText(date: LocalDate): string {
  const format = new Intl.DateTimeFormat('el', { dateStyle: 'long', timeZone: 'UTC' })
  return format.format(new Date(`${date}T00:00:00Z`))
}
