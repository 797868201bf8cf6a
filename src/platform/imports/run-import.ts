import type { Deps } from '../../deps.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { countOf, inNumber } from '../../shared/plurals.ts'
import { defineProblem } from '../../shared/problem.ts'
import type { ImportReport } from './schemas.ts'
import { type ImportFile, type RowPlan, type StagedFile, stageFile } from './stage-file.ts'

/** What one import came to, in records. */
export type ImportCounts = Pick<ImportReport, 'created' | 'updated' | 'unchanged'>

/** The file has faults, and its sender asked for all of it or nothing. */
const importRejected = defineProblem<{ report: ImportReport }>({
  code: 'import_rejected',
  status: 422,
  title: 'The file has faults',
  detail: ({ report }) =>
    `${report.rejected} of ${countOf(report.rows, 'row')} ${inNumber(report.rejected, 'has', 'have')} a fault, and nothing was imported. Correct them as "report" says, or add partial=true to take the others.`,
  members: (facts) => ({ ...facts }),
})

/** A file, and what its sender asks: only to see what would happen, or to take the good rows of one with faults. */
export interface ImportCommand {
  file: ImportFile & { sha256: string }
  dryRun?: boolean | undefined
  partial?: boolean | undefined
}

/** One kind of import. */
export interface ImportKind<Key extends string, Item, Counts> {
  plan: RowPlan<Key, Item>
  /** What is counted, before anything is. */
  nothing: Counts
  /** Compares the good rows with what is there, writes the difference if there is a `tx`, and counts. */
  merge: (reader: Reader, staged: StagedFile<Key, Item>, write: { tx: Tx; importId: Id } | undefined) => Promise<Counts>
}

/**
 * Imports a file: reads and checks all of it first, without holding the writer, then changes everything in one
 * transaction, so that nothing is ever half done. Raises `import_rejected` for a file with faults unless it is `partial`
 * or a dry run.
 */
export async function runImport<Key extends string, Item extends object, Counts extends ImportCounts>(
  { db, newId, config }: Deps,
  { file, dryRun = false, partial = false }: ImportCommand,
  { plan, nothing, merge }: ImportKind<Key, Item, Counts>,
) {
  const staged = await stageFile(file, plan, config.uploadLimitBytes)
  const id = newId()
  const { rows, faults } = staged
  const report = (counts: Counts) => ({
    id,
    dryRun,
    rows,
    ...counts,
    rejected: faults.rows,
    errors: faults.listed,
    errorsTruncated: faults.truncated,
  })
  try {
    if (dryRun) return report(await merge(db.read, staged, undefined))
    if (faults.listed.length > 0 && !partial) throw importRejected({ report: report(nothing) })
    return report(await db.transact((tx) => merge(tx, staged, { tx, importId: id })))
  } finally {
    staged.close()
  }
}
