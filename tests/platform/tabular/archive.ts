import { deflateRawSync } from 'node:zlib'

/** One part of an archive, and how its directory may lie about it. */
export interface Part {
  name: string
  content: string | Buffer
  encrypted?: boolean
  /** What the archive says the part unpacks to, in bytes. */
  claimedSize?: number
}

/** A ZIP archive, as far as a reader that checks no CRC looks at it. */
export function archive(parts: Part[]): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, encrypted = false, claimedSize } of parts) {
    const bytes = Buffer.from(content)
    const packed = deflateRawSync(bytes)
    const header = Buffer.alloc(26)
    header.writeUInt16LE(20, 0)
    header.writeUInt16LE(encrypted ? 0x801 : 0x800, 2)
    header.writeUInt16LE(8, 4)
    header.writeUInt32LE(packed.length, 14)
    header.writeUInt32LE(claimedSize ?? bytes.length, 18)
    header.writeUInt16LE(Buffer.byteLength(name), 22)
    const file = Buffer.concat([Buffer.from('PK\x03\x04'), header, Buffer.from(name), packed])
    const position = Buffer.alloc(14)
    position.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), header, position, Buffer.from(name)]))
    files.push(file)
    offset += file.length
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...files, ...directory, end])
}

const RELATIONSHIP = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** A workbook with one visible sheet after a hidden one; `sheet` is what its sheetData holds. */
export function workbook(sheet: string, { shared, more = [] }: { shared?: string; more?: Part[] } = {}): Buffer {
  return archive([
    {
      name: 'xl/workbook.xml',
      content: `<workbook xmlns:r="${RELATIONSHIP}"><sheets><sheet name="Παλιά" sheetId="1" state="hidden" r:id="rId7"/><sheet name="Μαθητές" sheetId="2" r:id="rId8"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: `<Relationships><Relationship Id="rId8" Type="${RELATIONSHIP}/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId9" Type="${RELATIONSHIP}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
    },
    { name: 'xl/sharedStrings.xml', content: `<sst>${shared ?? ''}</sst>` },
    { name: 'xl/worksheets/sheet2.xml', content: `<worksheet><sheetData>${sheet}</sheetData></worksheet>` },
    ...more,
  ])
}
