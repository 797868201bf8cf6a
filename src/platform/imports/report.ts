import type { Id } from '../../shared/ids.ts'
import { countOf, inNumber } from '../../shared/plurals.ts'
import { defineProblem } from '../../shared/problem.ts'
import type { ImportFault } from './faults.ts'

/** What an import has done, or with `dryRun` would do. */
export interface ImportReport {
  id: Id
  dryRun: boolean
  /** Rows below the header that are not blank. */
  rows: number
  created: number
  updated: number
  unchanged: number
  /** Rows with a fault. */
  rejected: number
  /** In the order of the file, the first thousand. */
  errors: ImportFault[]
  /** Whether there are more errors than are listed. */
  errorsTruncated: boolean
}

/** What one import came to, in records. */
export type ImportCounts = Pick<ImportReport, 'created' | 'updated' | 'unchanged'>

/** The file has faults, and its sender asked for all of it or nothing. */
export const importRejected = defineProblem<{ report: ImportReport }>({
  code: 'import_rejected',
  status: 422,
  title: 'The file has faults',
  detail: ({ report }) =>
    `${report.rejected} of ${countOf(report.rows, 'row')} ${inNumber(report.rejected, 'has', 'have')} a fault, and nothing was imported. Correct them as "report" says, or add partial=true to take the others.`,
  members: (facts) => ({ ...facts }),
})
