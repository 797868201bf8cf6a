import type { Campaign } from '../campaigns/rules.ts'
import type { Id } from '../shared/ids.ts'
import { type Instant, plusMilliseconds } from '../shared/time.ts'

/** How many values of each column were erased, by `table.column`. */
export type Figures = Record<string, number>

/** A report of what was erased. */
export interface Erasure {
  id: Id
  /** Null for what belongs to no campaign. */
  campaignId: Id | null
  startedAt: Instant
  /** Null while it is under way. */
  finishedAt: Instant | null
  erased: Figures
}

/** What is erased: all of one campaign, or what belongs to none and was written down before an instant. */
export type Scope = { campaignId: Id } | { campaignId: null; before: Instant }

const dayMilliseconds = 24 * 60 * 60_000

/** The instant `days` days before `now`. */
export function daysBefore(now: Instant, days: number): Instant {
  return plusMilliseconds(now, -days * dayMilliseconds)
}

/** Whether the time for which a campaign's personal data is kept has passed at `now`. It begins with the closing. */
export function isDue(
  { closedAt, retentionDays }: Pick<Campaign, 'closedAt' | 'retentionDays'>,
  now: Instant,
): boolean {
  return closedAt !== null && closedAt <= daysBefore(now, retentionDays)
}

/** The figures of two batches together. */
export function addFigures(one: Figures, other: Figures): Figures {
  const sum = { ...one }
  for (const [column, values] of Object.entries(other)) if (values > 0) sum[column] = (sum[column] ?? 0) + values
  return sum
}

/** How a guardian is known: by a contact, in its stored spelling, or by a child's enrollment. */
export interface GuardianIdentity {
  /** E.164. */
  phone?: string | undefined
  /** Lower-case. */
  email?: string | undefined
  enrollmentId?: Id | undefined
}

/** How many values `rows` of `table` hold in each of their columns. */
export function countValues(table: string, rows: readonly Record<string, unknown>[]): Figures {
  const figures: Figures = {}
  for (const row of rows) {
    for (const [column, value] of Object.entries(row)) {
      if (value !== null) figures[`${table}.${column}`] = (figures[`${table}.${column}`] ?? 0) + 1
    }
  }
  return figures
}

/** How many values there are in all. */
export function totalOf(figures: Figures): number {
  return Object.values(figures).reduce((sum, values) => sum + values, 0)
}
