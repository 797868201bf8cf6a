import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Discrepancy, DiscrepancyCode, Severity } from '../../discrepancies/index.ts'
import type { ComparisonLine } from '../rules.ts'

/** So many discrepancies are told one by one on paper; of more, the gravest of them. */
export const mostDiscrepancies = 500
/** Schools are told one by one on paper where they are no more. */
export const mostSchools = 1000

/** How many discrepancies of one kind a run found, and how many of them have no answer yet. */
export interface KindCount {
  code: DiscrepancyCode
  severity: Severity
  all: number
  open: number
}

/** What of a run fits on paper; the rest is counted. */
export interface ReportExtract {
  comparison: readonly ComparisonLine[]
  /** Schools that are left out: all of them or none. */
  schoolsLeftOut: number
  discrepancies: Discrepancy[]
  discrepanciesLeftOut: number
  /** Every kind that was found, the gravest first. */
  kinds: KindCount[]
}

const gravest = ['error', 'warning', 'info'] as const

/** Chooses what a report on paper says of a run, from its findings as they come; those that it leaves out are only counted. */
export async function extractForPaper(
  comparison: readonly ComparisonLine[],
  pages: AsyncIterable<readonly Discrepancy[]>,
): Promise<ReportExtract> {
  const shown: Record<Severity, Discrepancy[]> = { error: [], warning: [], info: [] }
  const kinds = new Map<string, KindCount>()
  let inOrder: Discrepancy[] = []
  let all = 0
  for await (const page of pages) {
    for (const found of page) {
      const { code, severity, status } = found
      all++
      if (inOrder.length < mostDiscrepancies) inOrder.push(found)
      if (shown[severity].length < mostDiscrepancies) shown[severity].push(found)
      const kind = kinds.get(`${severity} ${code}`) ?? { code, severity, all: 0, open: 0 }
      kinds.set(`${severity} ${code}`, kind)
      kind.all++
      if (status === 'open') kind.open++
    }
    await nextTurn()
  }
  if (all > mostDiscrepancies) inOrder = gravest.flatMap((severity) => shown[severity]).slice(0, mostDiscrepancies)
  const schools = comparison.filter(({ level }) => level === 'school').length
  const isLong = schools > mostSchools
  return {
    comparison: isLong ? comparison.filter(({ level }) => level !== 'school') : comparison,
    schoolsLeftOut: isLong ? schools : 0,
    discrepancies: inOrder,
    discrepanciesLeftOut: all - inOrder.length,
    kinds: gravest.flatMap((severity) => [...kinds.values()].filter((kind) => kind.severity === severity)),
  }
}
