import type { Face } from './faces.ts'
import type { FittedText, Line } from './typesetter.ts'

/** A drawing made once and placed many times (a form XObject). */
export interface Form {
  id: string
  reference: unknown
}

/** Where a text stands: its baseline, and whether `x` is its left end, its middle or its right end. */
export interface TextPlace {
  x: number
  y: number
  size: number
  align?: 'left' | 'centre' | 'right'
  /** 0 is black, 1 white. */
  grey?: number
}

/** What is drawn on a page or a form, in points from its top left corner, and the resources that this needs. */
export class Drawing {
  readonly faces = new Map<string, Face>()
  readonly forms = new Map<string, Form>()
  readonly #operators: string[] = []

  /** Everything drawn so far, as a PDF content stream. */
  get content(): string {
    return this.#operators.join('\n')
  }

  text(line: Line, { x, y, size, align = 'left', grey = 0 }: TextPlace): void {
    for (const face of line.faces) this.faces.set(face.id, face)
    const shift = { left: 0, centre: 0.5, right: 1 }[align] * line.width * size
    const matrix = `${round(size)} 0 0 ${round(-size)} ${round(x - shift)} ${round(y)} Tm`
    this.#operators.push(`BT ${grey} g ${matrix} ${line.operators} ET`)
  }

  /** Lines under each other, each `leading` points below the last. Answers the baseline of the line that would follow. */
  lines({ lines, size }: FittedText, { y, leading, ...place }: Omit<TextPlace, 'size'> & { leading: number }): number {
    for (const [i, line] of lines.entries()) this.text(line, { ...place, y: y + i * leading, size })
    return y + lines.length * leading
  }

  /** A straight line `width` points thick; `dash` gives the lengths of strokes and gaps. */
  line([x1, y1]: Point, [x2, y2]: Point, { width = 0.5, grey = 0, dash = [] as number[] } = {}): void {
    const from = `${round(x1)} ${round(y1)} m ${round(x2)} ${round(y2)} l`
    this.#operators.push(`q ${width} w ${grey} G [${dash.join(' ')}] 0 d ${from} S Q`)
  }

  /** The outline of a rectangle. */
  frame(x: number, y: number, width: number, height: number, { grey = 0 } = {}): void {
    this.#operators.push(`q 0.5 w ${grey} G ${[x, y, width, height].map(round).join(' ')} re S Q`)
  }

  /** The outline of a circle: four Bézier arcs, off by less than 0.03 % of the radius. */
  circle(x: number, y: number, radius: number): void {
    const k = 0.5523 * radius
    const arc = (...points: number[]) => `${points.map(round).join(' ')} c`
    this.#operators.push(
      `q 0.5 w ${round(x + radius)} ${round(y)} m`,
      arc(x + radius, y + k, x + k, y + radius, x, y + radius),
      arc(x - k, y + radius, x - radius, y + k, x - radius, y),
      arc(x - radius, y - k, x - k, y - radius, x, y - radius),
      arc(x + k, y - radius, x + radius, y - k, x + radius, y),
      's Q',
    )
  }

  /** Black rectangles filled as one path, measured in units of `scale` points from (x, y). */
  rectangles(boxes: { x: number; y: number; width: number }[], x: number, y: number, scale: number): void {
    const path = boxes.map((box) => `${box.x} ${box.y} ${box.width} 1 re`).join('\n')
    this.#operators.push(`q ${round(scale)} 0 0 ${round(scale)} ${round(x)} ${round(y)} cm 0 g`, path, 'f Q')
  }

  /** Draws `paint` with its corner at (x, y). */
  at(x: number, y: number, paint: () => void): void {
    this.#operators.push(`q 1 0 0 1 ${round(x)} ${round(y)} cm`)
    paint()
    this.#operators.push('Q')
  }

  place(form: Form): void {
    this.forms.set(form.id, form)
    this.#operators.push(`/${form.id} Do`)
  }
}

type Point = readonly [x: number, y: number]

/** Thousandths of a point are finer than any printer, and short. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
