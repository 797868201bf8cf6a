import { setImmediate } from 'node:timers/promises'
import { recordEvent } from '../audit/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize } from '../identity/index.ts'
import type { Id } from '../kernel/ids.ts'
import {
  type ImportCommand,
  type ImportCounts,
  type ImportReport,
  runImport,
  type StagedFile,
} from '../platform/imports/index.ts'
import type { Reader, Tx } from '../schema.ts'
import { allCommunities } from './repository.ts'
import type { School } from './rules.ts'
import { type CommunityBook, codeFor, communityBook } from './school-import-communities.ts'
import { type SchoolColumn, type SchoolRow, schoolFields, schoolFile } from './school-import-file.ts'
import { findSchoolsByCode } from './school-import-repository.ts'
import { addCommunity, addSchool, alterSchool } from './use-cases.ts'

/** What a row changes of a school; a null `communityId` is a community that is yet to be created. */
type SchoolChange = Partial<Omit<SchoolRow, 'ministryCode' | 'community'>>
type Write = (row: SchoolRow, school: School | undefined, change: SchoolChange) => Promise<void>

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
    for (const row of rows) {
      const school = known.get(row.ministryCode)
      const change = school ? changeOf(school, row, staged.columns) : row
      const outcome = !school ? 'created' : Object.keys(change).length > 0 ? 'updated' : 'unchanged'
      if (outcome !== 'unchanged') await write(row, school, change)
      counts[outcome] += 1
    }
    await setImmediate()
  }
  return counts
}

function changeOf(school: School, row: SchoolRow, columns: ReadonlyMap<SchoolColumn, string>): SchoolChange {
  const changed = schoolFields.filter((field) => columns.has(field) && row[field] !== school[field])
  const moved = row.communityId !== school.communityId && { communityId: row.communityId }
  return { ...Object.fromEntries(changed.map((field) => [field, row[field]])), ...moved }
}

async function schoolWriter(deps: Deps, tx: Tx, actor: Actor): Promise<Write> {
  const communities = communityBook(await allCommunities(tx))
  return async (row, school, change) => {
    const communityId = row.communityId ?? (await communityFor(deps, tx, actor, communities, row.community))
    if (school) {
      const moved = change.communityId !== undefined && { communityId }
      await alterSchool(deps, tx, actor, school.id, { ...change, ...moved } as Partial<School>)
    } else await addSchool(deps, tx, actor, { ...row, communityId })
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
