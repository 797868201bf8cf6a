import { asc, desc, eq, gt, lt } from 'drizzle-orm'
import { pageDescending } from '../../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Page, PageQuery } from '../../shared/page.ts'
import type { Checkpoint } from './chain.ts'

/** One attempt to mail the checkpoint of that size. */
export type Mailing = Tables['auditMailings']['$inferSelect']

/** The newest checkpoint; with `before`, the newest of fewer entries. */
export async function findNewestCheckpoint({ q, t }: Reader, before?: number): Promise<Checkpoint | undefined> {
  const { size } = t.auditCheckpoints
  const smaller = before === undefined ? undefined : lt(size, before)
  return (await q.select().from(t.auditCheckpoints).where(smaller).orderBy(desc(size)).limit(1))[0]
}

/** The checkpoint of that many entries. */
export async function findCheckpoint({ q, t }: Reader, size: number): Promise<Checkpoint | undefined> {
  return (await q.select().from(t.auditCheckpoints).where(eq(t.auditCheckpoints.size, size)))[0]
}

/** Up to `limit` checkpoints of more than `size` entries, the smallest first. */
export async function listCheckpointsAfter({ q, t }: Reader, size: number, limit: number): Promise<Checkpoint[]> {
  const { size: own } = t.auditCheckpoints
  return q.select().from(t.auditCheckpoints).where(gt(own, size)).orderBy(asc(own)).limit(limit)
}

/** Checkpoints, the newest first. */
export function listCheckpoints({ q, t }: Reader, page: PageQuery): Promise<Page<Checkpoint>> {
  return pageDescending(q.select().from(t.auditCheckpoints), t.auditCheckpoints, 'size', page)
}

/** Keeps a checkpoint; false when there is one of its size, or another that follows the same one. */
export async function insertCheckpoint({ q, t }: Tx, checkpoint: Checkpoint): Promise<boolean> {
  return (await q.insert(t.auditCheckpoints).values(checkpoint).onConflictDoNothing().returning()).length > 0
}

/** Records an attempt to mail. */
export async function insertMailing({ q, t }: Tx, mailing: Mailing): Promise<void> {
  await q.insert(t.auditMailings).values(mailing)
}

/** The last attempt to mail. */
export async function findLastMailing({ q, t }: Reader): Promise<Mailing | undefined> {
  return (await q.select().from(t.auditMailings).orderBy(desc(t.auditMailings.id)).limit(1))[0]
}
