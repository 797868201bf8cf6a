import { buffer } from 'node:stream/consumers'
import PDFDocument from 'pdfkit'
import { Drawing, type Form } from './drawing.ts'
import { openFaces } from './faces.ts'
import { typesetter } from './typesetter.ts'

/** An A4 sheet in points. */
export const a4 = { width: 595.28, height: 841.89 }

/** A PDF in the making: A4 pages, drawn one after the other, and forms that they share. */
export type Pdf = ReturnType<typeof openPdf>

/** Opens a PDF in Greek, made at the instant `madeAt`. The same drawings at the same instant make the same bytes. */
export function openPdf({ title, madeAt }: { title: string; madeAt: string }) {
  const document = new PDFDocument({
    size: 'A4',
    margin: 0,
    autoFirstPage: false,
    font: '',
    lang: 'el',
    displayTitle: true,
    pdfVersion: '1.7',
    info: { Title: title, Producer: 'Saka', Creator: 'Saka', CreationDate: new Date(madeAt) },
  })
  let forms = 0

  return {
    type: typesetter(openFaces(document)),
    page(paint: (page: Drawing) => void): void {
      const drawing = new Drawing()
      paint(drawing)
      document.addPage()
      Object.assign(document.page.fonts, fontResources(drawing))
      Object.assign(document.page.xobjects, formResources(drawing))
      document.addContent(drawing.content)
    },
    form(width: number, height: number, paint: (form: Drawing) => void): Form {
      const drawing = new Drawing()
      paint(drawing)
      const reference = document.ref({
        Type: 'XObject',
        Subtype: 'Form',
        BBox: [0, 0, width, height],
        Resources: { Font: fontResources(drawing), XObject: formResources(drawing) },
      })
      reference.end(drawing.content)
      return { id: `X${++forms}`, reference }
    },
    /** Ends the document and answers its bytes. It can be done once, after at least one page. */
    finish(): Promise<Buffer> {
      document.end()
      return buffer(document)
    },
  }
}

function fontResources({ faces }: Drawing): Record<string, unknown> {
  return Object.fromEntries(Array.from(faces.values(), (face) => [face.id, face.reference()]))
}

function formResources({ forms }: Drawing): Record<string, unknown> {
  return Object.fromEntries(Array.from(forms.values(), (form) => [form.id, form.reference]))
}
