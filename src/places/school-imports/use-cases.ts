import { setImmediate } from 'node:timers/promises'
import { recordEvent } from '../../audit/index.ts'
import type { Deps } from '../../deps.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import {
  type ImportCommand,
  type ImportCounts,
  type ImportReport,
  runImport,
  type StagedFile,
} from '../../platform/imports/index.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { allCommunities, findSchoolsByCode } from '../repository.ts'
import type { School } from '../rules.ts'
import { addCommunity, addSchools, alterSchool, type NewSchool } from '../use-cases.ts'
import { type CommunityBook, codeFor, communityBook } from './communities.ts'
import { type SchoolColumn, type SchoolRow, schoolFields, schoolFile } from './file.ts'

/** What a row changes of a school; a null `communityId` is a community that is yet to be created. */
type SchoolChange = Partial<Omit<SchoolRow, 'ministryCode' | 'community'>>
/** What of some rows is not there yet, and what differs. */
interface ImportDiff {
  created: SchoolRow[]
  updated: { school: School; row: SchoolRow; change: SchoolChange }[]
}
type Write = (difference: ImportDiff) => Promise<void>

/**
 * Imports a file of schools, all of it or nothing. The same file again changes nothing, and columns that it does not have say
 * nothing. Raises `import_rejected`.
 */
export async function importSchools(
  deps: Deps,
  actor: Actor | undefined,
  { createCommunities = false, ...command }: ImportCommand & { createCommunities?: boolean | undefined },
): Promise<ImportReport> {
  authorize(actor, 'place:write')
  const communities = communityBook(await allCommunities(deps.db.read))
  return runImport(deps, command, {
    plan: schoolFile(communities, createCommunities),
    nothing: { created: 0, updated: 0, unchanged: 0 },
    merge: async (reader, staged, write) => {
      if (!write) return mergeSchools(reader, staged)
      const { tx, importId } = write
      const counts = await mergeSchools(reader, staged, await schoolWriter(deps, tx, actor))
      const change = { sha256: command.file.sha256, ...counts, rejected: staged.faults.rows }
      if (counts.created + counts.updated > 0) await recordEvent(deps, tx, actor, 'school.imported', importId, change)
      return counts
    },
  })
}

async function mergeSchools(
  reader: Reader,
  staged: StagedFile<SchoolColumn, SchoolRow>,
  write: Write = async () => {},
): Promise<ImportCounts> {
  const counts = { created: 0, updated: 0, unchanged: 0 }
  for (const rows of staged.chunks()) {
    const known = await findSchoolsByCode(
      reader,
      rows.map((row) => row.ministryCode),
    )
    const difference = compareSchools(known, rows, staged.columns)
    const { created, updated } = difference
    await write(difference)
    counts.created += created.length
    counts.updated += updated.length
    counts.unchanged += rows.length - created.length - updated.length
    await setImmediate()
  }
  return counts
}

function compareSchools(
  known: ReadonlyMap<string, School>,
  rows: readonly SchoolRow[],
  columns: ReadonlyMap<SchoolColumn, string>,
): ImportDiff {
  const difference: ImportDiff = { created: [], updated: [] }
  for (const row of rows) {
    const school = known.get(row.ministryCode)
    const change = school ? changeOf(school, row, columns) : {}
    if (!school) difference.created.push(row)
    else if (Object.keys(change).length > 0) difference.updated.push({ school, row, change })
  }
  return difference
}

function changeOf(school: School, row: SchoolRow, columns: ReadonlyMap<SchoolColumn, string>): SchoolChange {
  const changed = schoolFields.filter((field) => columns.has(field) && row[field] !== school[field])
  const moved = row.communityId !== school.communityId && { communityId: row.communityId }
  return { ...Object.fromEntries(changed.map((field) => [field, row[field]])), ...moved }
}

async function schoolWriter(deps: Deps, tx: Tx, actor: Actor): Promise<Write> {
  const communities = communityBook(await allCommunities(tx))
  const communityOf = async (row: SchoolRow) =>
    row.communityId ?? (await communityFor(deps, tx, actor, communities, row.community))
  return async ({ created, updated }) => {
    for (const { school, row, change } of updated) {
      const moved = change.communityId !== undefined && { communityId: await communityOf(row) }
      await alterSchool(deps, tx, actor, school.id, { ...change, ...moved } as Partial<School>)
    }
    const schools: NewSchool[] = []
    for (const row of created) schools.push({ ...row, communityId: await communityOf(row) })
    await addSchools(deps, tx, actor, schools)
  }
}

/** The community that a file calls `name`, created if it is not there. */
async function communityFor(deps: Deps, tx: Tx, actor: Actor, book: CommunityBook, name: string): Promise<Id> {
  const known = book.find(name)
  if (known) return known.id
  const community = await addCommunity(deps, tx, actor, { code: codeFor(name), name })
  book.add(community)
  return community.id
}
