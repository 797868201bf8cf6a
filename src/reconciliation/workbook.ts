import { type Cell, xlsxWorkbook } from '../platform/tabular/index.ts'
import type { Reconciliation } from './use-cases.ts'

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
export function reconciliationWorkbook({ checks, comparison, discrepancies, ...run }: Reconciliation): Promise<Buffer> {
  const { id, campaignId, status, createdById, createdAt, signedById, signedAt } = run
  const about = Object.entries({ id, campaignId, status, createdById, createdAt, signedById, signedAt })
  const found = discrepancies.map(({ records, ...found }) => ({
    ...found,
    records: records.map(({ type, id }) => `${type} ${id}`).join(', '),
  }))
  return xlsxWorkbook([
    { name: 'comparison', columns: comparisonColumns, rows: rowsOf(comparison, comparisonColumns) },
    { name: 'checks', columns: checkColumns, rows: rowsOf(checks, checkColumns) },
    { name: 'discrepancies', columns: discrepancyColumns, rows: rowsOf(found, discrepancyColumns) },
    { name: 'reconciliation', columns: ['field', 'value'], rows: about },
  ])
}

function rowsOf<Column extends string>(records: readonly Record<Column, Cell>[], columns: readonly Column[]): Cell[][] {
  return records.map((record) => columns.map((column) => record[column]))
}
