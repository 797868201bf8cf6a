import { setImmediate } from 'node:timers/promises'
import { recordEvent } from '../../audit/index.ts'
import { checkTakesEnrollments, getCampaign } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import {
  type ImportCommand,
  type ImportCounts,
  type ImportFault,
  type ImportReport,
  importFault,
  runImport,
  type StagedFile,
} from '../../platform/imports/index.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { refuse } from '../../shared/problem.ts'
import { countedChildren, schoolsByCode } from '../imports/repository.ts'
import { insertEnrollments, markWithdrawn } from '../repository.ts'
import { type HeadcountColumn, type HeadcountRow, headcountFile } from './file.ts'
import { type HeadcountChange, planHeadcount } from './rules.ts'

/** What a head-count import has come to, in children. */
export interface HeadcountCounts extends ImportCounts {
  withdrawn: number
  /** Schools that keep more children than was said. */
  warnings: ImportFault[]
}

type Staged = StagedFile<HeadcountColumn, HeadcountRow>
type Write = (row: HeadcountRow, change: HeadcountChange) => Promise<void>

const reason = 'head count'

/**
 * Imports how many first-graders each school has, as nameless enrollments; schools that the file does not name stay as they
 * are. The same file again changes nothing. Raises `import_rejected`, `campaign_not_open` and `campaign_closed`.
 */
export async function importHeadcounts(
  deps: Deps,
  actor: Actor | undefined,
  { campaignId, ...command }: ImportCommand & { campaignId: Id },
): Promise<ImportReport & HeadcountCounts> {
  authorize(actor, 'enrollment:write')
  const campaign = await getCampaign(deps.db.read, campaignId)
  refuse(checkTakesEnrollments(campaign))
  return runImport(deps, command, {
    plan: headcountFile(await schoolsByCode(deps.db.read, campaign)),
    nothing: noCounts(),
    merge: async (reader, staged, write) => {
      if (!write) return mergeHeadcounts(reader, campaignId, staged)
      const { tx, importId } = write
      refuse(checkTakesEnrollments(await getCampaign(tx, campaignId)))
      const counts = await mergeHeadcounts(reader, campaignId, staged, (row, change) =>
        writeHeadcount(deps, tx, actor, campaignId, row, change),
      )
      const { created, withdrawn, unchanged } = counts
      const change = {
        campaignId,
        sha256: command.file.sha256,
        created,
        withdrawn,
        unchanged,
        rejected: staged.faults.rows,
      }
      if (created + withdrawn > 0) await recordEvent(deps, tx, actor, 'headcount.imported', importId, change)
      return counts
    },
  })
}

const noCounts = (): HeadcountCounts => ({ created: 0, updated: 0, unchanged: 0, withdrawn: 0, warnings: [] })

async function mergeHeadcounts(
  reader: Reader,
  campaignId: Id,
  staged: Staged,
  write: Write = async () => {},
): Promise<HeadcountCounts> {
  const counts = noCounts()
  const column = staged.columns.get('firstGraders') ?? 'firstGraders'
  for (const rows of staged.chunks()) {
    for (const row of rows) {
      const change = planHeadcount(await countedChildren(reader, campaignId, row.schoolId), row.children)
      await write(row, change)
      counts.created += change.add.length
      counts.withdrawn += change.withdraw.length
      counts.unchanged += change.unchanged
      if (change.unchanged > row.children) {
        const facts = { column, value: String(row.children), most: change.unchanged }
        counts.warnings.push(importFault(row.row, 'children_stay', facts))
      }
    }
    await setImmediate()
  }
  return counts
}

async function writeHeadcount(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  campaignId: Id,
  { schoolId }: HeadcountRow,
  { add, withdraw }: HeadcountChange,
): Promise<void> {
  const nameless = { givenName: null, familyName: null, section: null, guardians: [], transferredFromId: null }
  const made = { ...nameless, campaignId, schoolId, headcount: true, createdAt: deps.clock.now() }
  await insertEnrollments(
    tx,
    add.map((pupilRef) => ({ ...made, id: deps.newId(), pupilRef })),
  )
  for (const id of withdraw) {
    await markWithdrawn(tx, id, reason)
    await recordEvent(deps, tx, actor, 'enrollment.withdrawn', id, { reason })
  }
}
