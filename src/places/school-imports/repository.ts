import { inArray } from 'drizzle-orm'
import type { Reader } from '../../schema.ts'
import type { School } from '../rules.ts'

/** The schools with these codes, by code; some hundreds at most. */
export async function findSchoolsByCode({ q, t }: Reader, codes: string[]): Promise<Map<string, School>> {
  const rows = await q.select().from(t.schools).where(inArray(t.schools.ministryCode, codes))
  return new Map(rows.map((row) => [row.ministryCode, row]))
}
