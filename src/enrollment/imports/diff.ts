import { defaultLanguage } from '../rules.ts'
import { type ChildData, type ChildField, type ChildRow, childFields } from './file.ts'
import type { KnownChild } from './repository.ts'

/** What the rows of a file change: a diff of the file and the children who are there. */
export interface ImportDiff {
  created: ChildRow[]
  updated: { child: KnownChild; data: ChildData; fields: ChildField[] }[]
  unchanged: number
}

/**
 * Diffs rows against the children who are there. A child who has been transferred or withdrawn since stays so: an old file
 * is no reason to enroll it again. What was erased on request stays erased. Columns that the file does not have say
 * nothing.
 */
export function diffChildren(known: KnownChild[], rows: ChildRow[], columns: ReadonlyMap<string, string>): ImportDiff {
  const byKey = new Map(known.map((child) => [keyOf(child), child]))
  const fields = childFields.filter((field) => columns.has(field))
  const diff: ImportDiff = { created: [], updated: [], unchanged: 0 }
  for (const row of rows) {
    const child = byKey.get(keyOf(row))
    if (!child) {
      diff.created.push(row)
      continue
    }
    const data = dataAfter(child, row, knownFields(child, fields))
    const changed = child.status === 'active' ? childFields.filter((field) => data[field] !== child[field]) : []
    if (changed.length > 0) diff.updated.push({ child, data, fields: changed })
    else diff.unchanged += 1
  }
  return diff
}

const names: readonly ChildField[] = ['familyName', 'givenName']
const ofGuardian: readonly ChildField[] = ['guardianName', 'guardianEmail', 'guardianPhone', 'language']

/** Those of `fields` that nobody has asked to be forgotten. */
function knownFields({ namesErasedAt, guardiansErasedAt }: KnownChild, fields: ChildField[]): ChildField[] {
  if (!namesErasedAt && !guardiansErasedAt) return fields
  return fields.filter(
    (field) => !(namesErasedAt && names.includes(field)) && !(guardiansErasedAt && ofGuardian.includes(field)),
  )
}

const keyOf = ({ schoolId, pupilRef }: ChildRow) => `${schoolId} ${pupilRef}`

function dataAfter(child: ChildData, row: ChildData, fields: ChildField[]): ChildData {
  const data: ChildData = { ...child }
  for (const field of fields) data[field] = row[field]
  const guardian = data.guardianName || data.guardianEmail || data.guardianPhone
  return { ...data, language: guardian ? (data.language ?? defaultLanguage) : null }
}
