import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Id } from '../kernel/ids.ts'
import type { Instant } from '../kernel/time.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Refusal } from './message-rules.ts'
import type { Contact, Marks, WaitingVoucher } from './recipient-rules.ts'

/** A guardian as messages know them. */
export type RecipientRow = Tables['recipients']['$inferSelect']

/** Every guardian of a campaign. */
export async function listContacts({ q, t }: Reader, campaignId: Id): Promise<Contact[]> {
  const { enrollments: e, guardians: g } = t
  const rows = await q
    .select({
      enrollmentId: g.enrollmentId,
      position: g.position,
      email: g.email,
      phone: g.phone,
      language: g.language,
      consent: g.consent,
      status: e.status,
    })
    .from(g)
    .innerJoin(e, eq(e.id, g.enrollmentId))
    .where(eq(e.campaignId, campaignId))
    .orderBy(g.enrollmentId, g.position)
  return rows.map(({ status, ...contact }) => ({ ...contact, counts: status !== 'transferred' }))
}

/** Every kit of a campaign that waits to be collected. */
export async function listWaitingVouchers({ q, t }: Reader, campaignId: Id): Promise<WaitingVoucher[]> {
  const { enrollments: e, vouchers: v } = t
  return q
    .select({ id: v.id, enrollmentId: v.enrollmentId, schoolId: v.schoolId })
    .from(v)
    .innerJoin(e, eq(e.id, v.enrollmentId))
    .where(and(eq(v.campaignId, campaignId), eq(v.status, 'issued'), eq(e.status, 'active')))
    .orderBy(v.id)
}

/** What is known of addresses in a campaign. */
export async function listMarks({ q, t }: Reader, campaignId: Id): Promise<Marks> {
  const m = t.contactMarks
  const rows = await q.select().from(m).where(eq(m.campaignId, campaignId))
  return new Map(
    rows.map(({ addressKey, refusedAt, stoppedAt }) => [
      addressKey,
      { refused: refusedAt !== null, stopped: stoppedAt !== null },
    ]),
  )
}

/** Notes that an address is no good. The first word on it stays. */
export async function markRefused(
  { q, t }: Tx,
  { campaignId, addressKey, refusal, at }: { campaignId: Id; addressKey: string; refusal: Refusal; at: Instant },
): Promise<void> {
  const m = t.contactMarks
  await q
    .insert(m)
    .values({ campaignId, addressKey, refusal, refusedAt: at, stoppedAt: null })
    .onConflictDoUpdate({
      target: [m.campaignId, m.addressKey],
      set: { refusal: sql`coalesce(${m.refusal}, ${refusal})`, refusedAt: sql`coalesce(${m.refusedAt}, ${at})` },
    })
}

/** Notes that the owner of an address wants no reminders; answers whether that is new. */
export async function markStopped(
  { q, t }: Tx,
  { campaignId, addressKey, at }: { campaignId: Id; addressKey: string; at: Instant },
): Promise<boolean> {
  const m = t.contactMarks
  const mark = { campaignId, addressKey, refusal: null, refusedAt: null, stoppedAt: at }
  const stopped = await q
    .insert(m)
    .values(mark)
    .onConflictDoUpdate({
      target: [m.campaignId, m.addressKey],
      set: { stoppedAt: at },
      setWhere: sql`${m.stoppedAt} is null`,
    })
    .returning({ key: m.addressKey })
  return stopped.length > 0
}

/** The recipients of a campaign by what they are known by. */
export async function listRecipients({ q, t }: Reader, campaignId: Id): Promise<Map<string, Id>> {
  const r = t.recipients
  const rows = await q.select({ id: r.id, key: r.key }).from(r).where(eq(r.campaignId, campaignId))
  return new Map(rows.map(({ id, key }) => [key, id]))
}

/** Adds those of `recipients` that are not there, and answers the ids of all by their keys. */
export async function putRecipients(
  { q, t }: Tx,
  campaignId: Id,
  recipients: readonly RecipientRow[],
): Promise<Map<string, Id>> {
  const r = t.recipients
  if (recipients.length === 0) return new Map()
  await q
    .insert(r)
    .values([...recipients])
    .onConflictDoNothing()
  const keys = recipients.map(({ key }) => key)
  const rows = await q
    .select({ id: r.id, key: r.key })
    .from(r)
    .where(and(eq(r.campaignId, campaignId), inArray(r.key, keys)))
  return new Map(rows.map(({ id, key }) => [key, id]))
}

/** The recipient whose page this is. */
export async function findRecipientByToken({ q, t }: Reader, stopToken: string): Promise<RecipientRow | undefined> {
  const r = t.recipients
  return (await q.select().from(r).where(eq(r.stopToken, stopToken)))[0]
}
