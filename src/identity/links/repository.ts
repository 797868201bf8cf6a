import { and, eq, gt, isNull, or } from 'drizzle-orm'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Instant } from '../../shared/time.ts'

/** A one-time link as stored. */
export type LinkRow = Tables['oneTimeLinks']['$inferSelect']

/** Stores a link; one that its subject had before is good no longer. */
export async function putLink({ q, t }: Tx, link: LinkRow): Promise<void> {
  await q.insert(t.oneTimeLinks).values(link).onConflictDoUpdate({ target: t.oneTimeLinks.subject, set: link })
}

/** The link with this token hash, if it has not run out by `now`. */
export async function findLink({ q, t }: Reader, tokenHash: string, now: Instant): Promise<LinkRow | undefined> {
  const { tokenHash: hash, expiresAt } = t.oneTimeLinks
  const live = and(eq(hash, tokenHash), or(isNull(expiresAt), gt(expiresAt, now)))
  return (await q.select().from(t.oneTimeLinks).where(live))[0]
}

/** Takes the link of `subject` away. */
export async function deleteLink({ q, t }: Tx, subject: string): Promise<void> {
  await q.delete(t.oneTimeLinks).where(eq(t.oneTimeLinks.subject, subject))
}
