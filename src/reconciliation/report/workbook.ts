import type { Readable } from 'node:stream'
import { type Cell, xlsxWorkbook } from '../../platform/tabular/index.ts'
import { portions } from '../../shared/page.ts'
import type { OpenedReconciliation } from '../use-cases.ts'

const comparisonColumns = [
  'level',
  'name',
  'planned',
  'received',
  'shipped',
  'handedOut',
  'returned',
  'remaining',
] as const
const checkColumns = ['code', 'passed', 'compared'] as const
const discrepancyColumns = [
  'code',
  'severity',
  'status',
  'detail',
  'expected',
  'actual',
  'records',
  'ownerId',
  'resolution',
  'resolvedById',
  'openedAt',
  'resolvedAt',
] as const

/** A run as an XLSX workbook: the figures side by side, the checks, what was found, and who ran and signed it. */
export function reconciliationWorkbook({ run, discrepancies }: OpenedReconciliation): Readable {
  const { id, campaignId, status, createdById, createdAt, signedById, signedAt } = run
  const about = Object.entries({ id, campaignId, status, createdById, createdAt, signedById, signedAt })
  return xlsxWorkbook([
    { name: 'comparison', columns: comparisonColumns, pages: rowsOf(portions(run.comparison), comparisonColumns) },
    { name: 'checks', columns: checkColumns, pages: rowsOf([run.checks], checkColumns) },
    { name: 'discrepancies', columns: discrepancyColumns, pages: rowsOf(found(discrepancies), discrepancyColumns) },
    { name: 'reconciliation', columns: ['field', 'value'], pages: [about] },
  ])
}

async function* found(pages: OpenedReconciliation['discrepancies']) {
  for await (const page of pages)
    yield page.map(({ records, ...found }) => ({
      ...found,
      records: records.map(({ type, id }) => `${type} ${id}`).join(', '),
    }))
}

type Records<Column extends string> = readonly Readonly<Record<Column, Cell>>[]

async function* rowsOf<Column extends string>(
  pages: AsyncIterable<Records<Column>> | Iterable<Records<Column>>,
  columns: readonly Column[],
): AsyncGenerator<Cell[][], void, undefined> {
  for await (const page of pages) yield page.map((record) => columns.map((column) => record[column]))
}
