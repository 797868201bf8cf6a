import { setImmediate } from 'node:timers/promises'
import { recordEvent } from '../../audit/index.ts'
import { checkTakesEnrollments, getCampaign } from '../../campaigns/index.ts'
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
import { refuse } from '../../shared/problem.ts'
import type { Instant } from '../../shared/time.ts'
import { insertEnrollments } from '../repository.ts'
import type { Guardian, NewEnrollment } from '../rules.ts'
import { diffChildren, type ImportDiff } from './diff.ts'
import { type ChildRow, type EnrollmentColumn, enrollmentFile } from './file.ts'
import { findChildren, schoolsByCode, schoolsWithEnrollments, updateChild } from './repository.ts'

/**
 * Imports a file of enrollments, all of it or nothing, into a campaign that is a draft or open. The same file again changes
 * nothing. Raises `import_rejected`, `campaign_not_open` and `campaign_closed`.
 */
export async function importEnrollments(
  deps: Deps,
  actor: Actor | undefined,
  { campaignId, ...command }: ImportCommand & { campaignId: Id },
): Promise<ImportReport> {
  authorize(actor, 'enrollment:write')
  const campaign = await getCampaign(deps.db.read, campaignId)
  refuse(checkTakesEnrollments(campaign))
  return runImport(deps, command, {
    plan: enrollmentFile(await schoolsByCode(deps.db.read, campaign)),
    nothing: { created: 0, updated: 0, unchanged: 0 },
    merge: async (reader, staged, write) => {
      if (!write) return diffSchools(reader, campaignId, staged)
      const { tx, importId } = write
      refuse(checkTakesEnrollments(await getCampaign(tx, campaignId)))
      const counts = await diffSchools(reader, campaignId, staged, (diff) =>
        applyDiff(deps, tx, actor, campaignId, diff),
      )
      const change = { campaignId, sha256: command.file.sha256, ...counts, rejected: staged.faults.rows }
      if (counts.created + counts.updated > 0)
        await recordEvent(deps, tx, actor, 'enrollment.imported', importId, change)
      return counts
    },
  })
}

async function diffSchools(
  reader: Reader,
  campaignId: Id,
  staged: StagedFile<EnrollmentColumn, ChildRow>,
  write: (diff: ImportDiff) => Promise<void> = async () => {},
): Promise<ImportCounts> {
  const counts = { created: 0, updated: 0, unchanged: 0 }
  const populated = await schoolsWithEnrollments(reader, campaignId)
  for (const rows of staged.chunks()) {
    const known = await findChildren(
      reader,
      campaignId,
      rows.filter((row) => populated.has(row.schoolId)),
    )
    const diff = diffChildren(known, rows, staged.columns)
    await write(diff)
    counts.created += diff.created.length
    counts.updated += diff.updated.length
    counts.unchanged += diff.unchanged
    // Readers and health checks are answered meanwhile.
    await setImmediate()
  }
  return counts
}

async function applyDiff(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  campaignId: Id,
  { created, updated }: ImportDiff,
): Promise<void> {
  const createdAt = deps.clock.now()
  await insertEnrollments(
    tx,
    created.map((row) => newEnrollment(row, deps.newId(), campaignId, createdAt)),
  )
  for (const { child, data, fields } of updated) {
    await updateChild(tx, child, data)
    await recordEvent(deps, tx, actor, 'enrollment.changed', child.id, { fields })
  }
}

/** The enrollment that a row of a file begins. */
function newEnrollment(row: ChildRow, id: Id, campaignId: Id, createdAt: Instant): NewEnrollment {
  const { guardianName, guardianEmail, guardianPhone, language, ...child } = row
  return {
    ...child,
    id,
    campaignId,
    guardians: guardiansOf(row),
    headcount: false,
    transferredFromId: null,
    createdAt,
  }
}

function guardiansOf({
  guardianName: name,
  guardianEmail: email,
  guardianPhone: phone,
  language,
}: ChildRow): Guardian[] {
  return language === null ? [] : [{ name, email, phone, language, consent: false }]
}
