import { SaxesParser } from 'saxes'
import { damagedWorkbook } from './problems.ts'

/** What a reader of XML is told, in the order of the document; names come without their namespace prefix. */
export interface XmlEvents {
  open(name: string, attributes: Record<string, string>): void
  close?(name: string): void
  text?(text: string): void
}

const MAX_DEPTH = 50
// A cell may hold 32,767 characters, each written as an entity.
const MAX_SILENCE = 1_000_000

/**
 * Takes XML piece by piece and tells `on` what it holds. Declarations of entities are not read, and a
 * document that nests deeply or whose tags or texts are endless is refused before it fills the memory: `unreadable_file`.
 */
export function xmlReader(on: XmlEvents): { write(piece: string): void; end(): void } {
  const parser = new SaxesParser({ position: false, xmlns: false })
  let depth = 0
  let silence = 0
  const text = (content: string) => {
    silence = 0
    on.text?.(content)
  }
  parser.on('text', text)
  parser.on('cdata', text)
  parser.on('opentag', ({ name, attributes }) => {
    silence = 0
    depth += 1
    if (depth > MAX_DEPTH) throw damagedWorkbook()
    on.open(localName(name), attributes)
  })
  parser.on('closetag', ({ name }) => {
    silence = 0
    depth -= 1
    on.close?.(localName(name))
  })
  return {
    write(piece) {
      silence += piece.length
      parser.write(piece)
      if (silence > MAX_SILENCE) throw damagedWorkbook()
    },
    end() {
      parser.close()
    },
  }
}

function localName(name: string): string {
  const colon = name.indexOf(':')
  return colon < 0 ? name : name.slice(colon + 1)
}
