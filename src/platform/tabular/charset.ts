import { createReadStream } from 'node:fs'
import { TextDecoder } from 'node:util'
import { unreadableFile } from './problems.ts'

// Small enough for V8's young generation: larger strings would pile up until a major collection.
const CHUNK = 1 << 15

const GREEK = /\p{Script=Greek}/gu
// So many Greek letters in UTF-8 are no chance: in Windows-1253 there is hardly one before the first word that is no UTF-8.
const MEANT = 10

const BYTE_ORDER_MARKS: [string, number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/**
 * The encoding of the text file at `path`, which begins with `head`: `charset` if given, else that of its byte order
 * mark, else UTF-8 if the whole file is valid UTF-8, else Windows-1253. Raises `unreadable_file` for an unknown name, and for a
 * file that is UTF-8 up to a fault: as Windows-1253 all its names would be other ones.
 */
export async function detectCharset(path: string, head: Uint8Array, charset?: string): Promise<string> {
  if (charset !== undefined) return decoderOf(charset).encoding
  const marked = BYTE_ORDER_MARKS.find(([, mark]) => mark.every((byte, i) => head[i] === byte))
  if (marked) return marked[0]
  return (await isUtf8File(path)) ? 'utf-8' : 'windows-1253'
}

/** The text of the file in chunks, without its byte order mark. Raises `unreadable_file` for bytes that are no text. */
export async function* decodeFile(path: string, charset: string): AsyncGenerator<string, void, undefined> {
  const decoder = decoderOf(charset)
  for await (const bytes of createReadStream(path, { highWaterMark: CHUNK })) yield decode(decoder, bytes)
  yield decode(decoder)
}

function decode(decoder: TextDecoder, bytes?: Uint8Array): string {
  const text = tryDecode(decoder, bytes)
  if (text === undefined) {
    throw unreadableFile({
      fault: `The file is not valid ${decoder.encoding}`,
      remedy: 'name the charset that it was saved in, or save it as UTF-8',
    })
  }
  if (text.includes('\0')) {
    throw unreadableFile({
      fault: 'The file holds zero bytes, which no text has',
      remedy: 'save it as XLSX or as CSV in UTF-8 and send that',
    })
  }
  return text
}

function tryDecode(decoder: TextDecoder, bytes?: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined })
  } catch {
    return undefined
  }
}

async function isUtf8File(path: string): Promise<boolean> {
  const decoder = decoderOf('utf-8')
  let letters = 0
  let line = 1
  const look = (text: string) => {
    if (letters < MEANT) letters += text.match(GREEK)?.length ?? 0
    line += text.split('\n').length - 1
  }
  const isFault = () => {
    if (letters < MEANT) return false
    throw unreadableFile({
      fault: `The file is UTF-8 up to line ${line}, which is not`,
      remedy: 'write that line again, save all of it as UTF-8 and send that, or name its charset',
    })
  }
  for await (const bytes of createReadStream(path, { highWaterMark: CHUNK })) {
    const text = tryDecode(decoder, bytes)
    look(text ?? beforeFault(bytes))
    if (text === undefined) return isFault()
  }
  return tryDecode(decoder) !== undefined || isFault()
}

/** What the first bytes say in UTF-8, as far as they are. */
function beforeFault(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).split('\ufffd')[0]!
}

function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset, { fatal: true })
  } catch {
    throw unreadableFile({
      fault: `No charset is called "${charset.slice(0, 40)}"`,
      remedy: 'name utf-8, windows-1253 or iso-8859-7, or none',
    })
  }
}
