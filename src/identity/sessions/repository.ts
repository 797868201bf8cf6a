import { and, desc, eq, gt, lt, lte, notInArray, or } from 'drizzle-orm'
import { pageDescending } from '../../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Page, PageQuery } from '../../shared/page.ts'
import { type Instant, plusMilliseconds } from '../../shared/time.ts'
import type { UserRow } from '../repository.ts'
import { idleMilliseconds } from './rules.ts'

/** A session as stored. */
export type SessionRow = Tables['sessions']['$inferSelect']

/** Adds a session. */
export async function insertSession({ q, t }: Tx, session: Tables['sessions']['$inferInsert']): Promise<void> {
  await q.insert(t.sessions).values(session)
}

/** It has neither run out nor idled by `now`. */
const isLive = ({ sessions: s }: Tables, now: Instant) =>
  and(gt(s.expiresAt, now), gt(s.lastSeenAt, plusMilliseconds(now, -idleMilliseconds)))

/** The active user whose session has this token hash, and the session. It has neither run out nor idled by `now`. */
export async function findSessionUser(
  { q, t }: Reader,
  tokenHash: string,
  now: Instant,
): Promise<{ user: UserRow; sessionId: Id; twoFactors: boolean } | undefined> {
  const [row] = await q
    .select({ user: t.users, sessionId: t.sessions.id, twoFactors: t.sessions.twoFactors })
    .from(t.sessions)
    .innerJoin(t.users, eq(t.users.id, t.sessions.userId))
    .where(and(eq(t.sessions.tokenHash, tokenHash), isLive(t, now), eq(t.users.active, true)))
  return row
}

/** When the session with this token hash began. */
export async function findSessionStart({ q, t }: Reader, tokenHash: string): Promise<Instant | undefined> {
  return (await q.select().from(t.sessions).where(eq(t.sessions.tokenHash, tokenHash)))[0]?.createdAt
}

/** Notes that a second factor was shown in the session with this token hash. */
export async function markTwoFactors({ q, t }: Tx, tokenHash: string): Promise<void> {
  await q.update(t.sessions).set({ twoFactors: true }).where(eq(t.sessions.tokenHash, tokenHash))
}

/** Notes that a session was used. */
export async function markSessionSeen({ q, t }: Tx, id: Id, at: Instant): Promise<void> {
  await q.update(t.sessions).set({ lastSeenAt: at }).where(eq(t.sessions.id, id))
}

/** A user's sessions that go on at `now`, the newest first. */
export function listSessionsOf({ q, t }: Reader, userId: Id, now: Instant, page: PageQuery): Promise<Page<SessionRow>> {
  const own = and(eq(t.sessions.userId, userId), isLive(t, now))
  return pageDescending(q.select().from(t.sessions), t.sessions, 'id', page, own)
}

/** Ends the session with this token hash. */
export async function deleteSession({ q, t }: Tx, tokenHash: string): Promise<void> {
  await q.delete(t.sessions).where(eq(t.sessions.tokenHash, tokenHash))
}

/** Ends one session of a user; false when the user has none with this id. */
export async function deleteSessionOf({ q, t }: Tx, userId: Id, id: Id): Promise<boolean> {
  const own = and(eq(t.sessions.userId, userId), eq(t.sessions.id, id))
  return (await q.delete(t.sessions).where(own).returning()).length > 0
}

/** Ends every session of a user. */
export async function deleteSessionsOf({ q, t }: Tx, userId: Id): Promise<void> {
  await q.delete(t.sessions).where(eq(t.sessions.userId, userId))
}

/** Forgets the sessions that ran out or idled before `now`. */
export async function deleteExpiredSessions({ q, t }: Tx, now: Instant): Promise<void> {
  const idleSince = plusMilliseconds(now, -idleMilliseconds)
  await q.delete(t.sessions).where(or(lte(t.sessions.expiresAt, now), lte(t.sessions.lastSeenAt, idleSince)))
}

/** Whose account the browser with this token hash has signed in to before. */
export async function findBrowserUser({ q, t }: Reader, tokenHash: string): Promise<Id | undefined> {
  const [row] = await q.select().from(t.knownBrowsers).where(eq(t.knownBrowsers.tokenHash, tokenHash))
  return row?.userId
}

/** Forgets the browsers that were remembered before `before`; answers how many. */
export async function deleteBrowsersBefore({ q, t }: Tx, before: Instant): Promise<number> {
  return (await q.delete(t.knownBrowsers).where(lt(t.knownBrowsers.createdAt, before)).returning()).length
}

/** Remembers a browser of a user, and of the user's others the newest only, `atMost` in all. */
export async function insertBrowser(
  { q, t }: Tx,
  browser: Tables['knownBrowsers']['$inferInsert'],
  atMost: number,
): Promise<void> {
  await q.insert(t.knownBrowsers).values(browser)
  const newest = q
    .select({ tokenHash: t.knownBrowsers.tokenHash })
    .from(t.knownBrowsers)
    .where(eq(t.knownBrowsers.userId, browser.userId))
    .orderBy(desc(t.knownBrowsers.createdAt))
    .limit(atMost)
  const others = and(eq(t.knownBrowsers.userId, browser.userId), notInArray(t.knownBrowsers.tokenHash, newest))
  await q.delete(t.knownBrowsers).where(others)
}
