import { and, eq, inArray, lt, sql } from 'drizzle-orm'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import { portions } from '../shared/page.ts'
import type { Instant } from '../shared/time.ts'
import type { KnownSituation, Situation } from './rules.ts'

/** A mail to staff as stored. */
export type Alert = Tables['notices']['$inferSelect']

/** What was found of a topic so far. */
export async function listSituations({ q, t }: Reader, topic: string): Promise<KnownSituation[]> {
  const rows = await q.select().from(t.situations).where(eq(t.situations.topic, topic))
  return rows.map(({ matter, state, since, toldAt }) => ({ matter, state, since, told: toldAt !== null }))
}

/** Keeps situations as they are found now, not told yet. There may be one for every school. */
export async function putSituations(
  { q, t }: Tx,
  topic: string,
  situations: readonly Pick<Situation, 'matter' | 'state'>[],
  since: Instant,
): Promise<void> {
  const { situations: s } = t
  for (const some of portions(situations)) {
    const rows = some.map(({ matter, state }) => ({ topic, matter, state, since, toldAt: null }))
    const now = { state: sql`excluded.state`, since, toldAt: null }
    await q
      .insert(s)
      .values(rows)
      .onConflictDoUpdate({ target: [s.topic, s.matter], set: now })
  }
}

/** Notes that staff are told of these. */
export async function markTold({ q, t }: Tx, topic: string, matters: readonly string[], at: Instant): Promise<void> {
  const { situations: s } = t
  for (const some of portions(matters))
    await q
      .update(s)
      .set({ toldAt: at })
      .where(and(eq(s.topic, topic), inArray(s.matter, [...some])))
}

/** Forgets what is no longer so. */
export async function deleteSituations({ q, t }: Tx, topic: string, matters: readonly string[]): Promise<void> {
  const { situations: s } = t
  for (const some of portions(matters)) await q.delete(s).where(and(eq(s.topic, topic), inArray(s.matter, [...some])))
}

/** Adds a mail to staff. */
export async function insertAlert({ q, t }: Tx, alert: Alert): Promise<void> {
  await q.insert(t.notices).values(alert)
}

/** The mail to staff with this id. */
export async function findAlert({ q, t }: Reader, id: Id): Promise<Alert | undefined> {
  return (await q.select().from(t.notices).where(eq(t.notices.id, id)))[0]
}

/** Forgets mails to staff that are older than `before`; answers how many. */
export async function deleteAlerts({ q, t }: Tx, before: Instant): Promise<number> {
  return (await q.delete(t.notices).where(lt(t.notices.createdAt, before)).returning({ id: t.notices.id })).length
}

/** Users who can sign in. */
export function listActiveUsers({
  q,
  t,
}: Reader): Promise<Pick<Tables['users']['$inferSelect'], 'id' | 'email' | 'roles'>[]> {
  const { id, email, roles, active } = t.users
  return q.select({ id, email, roles }).from(t.users).where(eq(active, true))
}
