import type { OpenDeps } from '../../src/open-deps.ts'
import { insertRows } from '../../src/platform/db/index.ts'

/** Enrolls `count` nameless children at a school, straight in the database: for tests that need many. */
export async function enrollChildren(
  deps: OpenDeps,
  { campaignId, schoolId, count }: { campaignId: string; schoolId: string; count: number },
): Promise<void> {
  const createdAt = deps.clock.now()
  const children = Array.from({ length: count }, (_, i) => ({
    id: deps.newId(),
    campaignId,
    schoolId,
    pupilRef: String(i + 1),
    headcount: true,
    createdAt,
  }))
  await deps.db.transact((tx) => insertRows(tx, tx.t.enrollments, children))
}
