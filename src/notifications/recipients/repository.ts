import { and, eq, gt, inArray, isNotNull, ne, sql } from 'drizzle-orm'
import { askedFor, prepared, rowsFor } from '../../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Instant } from '../../shared/time.ts'
import type { Refusal } from '../messages/rules.ts'
import type { Contact, Marks, Stopped, WaitingVoucher } from './rules.ts'

/** A guardian as messages know them. */
export type RecipientRow = Tables['recipients']['$inferSelect']

/** The place of a campaign's id in a prepared statement. */
const ofCampaign = sql.placeholder('campaignId')

function contactColumns({ t }: Reader) {
  const { enrollmentId, position, name, email, phone, language, consent } = t.guardians
  return { enrollmentId, position, name, email, phone, language, consent }
}

/** The guardians of these children, in the order of their children. */
export function listContactsOf(
  reader: Reader,
  enrollmentIds: readonly Id[],
): Promise<(Contact & { name: string | null })[]> {
  const { enrollmentId, position } = reader.t.guardians
  const statement = prepared(reader, 'contacts of children', ({ q }) =>
    q
      .select(contactColumns(reader))
      .from(reader.t.guardians)
      .where(inArray(enrollmentId, askedFor))
      .orderBy(enrollmentId, position),
  )
  return rowsFor(statement, [...enrollmentIds].sort())
}

/** Addresses by the column that they are in. */
export interface Addresses {
  email: readonly string[]
  phone: readonly string[]
}

/** The guardians of a campaign who have one of these addresses; who has two of them is there twice. */
export async function listContactsAt(reader: Reader, campaignId: Id, addresses: Addresses): Promise<Contact[]> {
  const { enrollments: e, guardians: g } = reader.t
  const contactsAt = (column: keyof Addresses) => {
    const statement = prepared(reader, `contacts at ${column}`, ({ q }) =>
      q
        .select(contactColumns(reader))
        .from(g)
        // From the address to the child: a planner that keeps to the order of a cross join would else begin with the whole campaign.
        .crossJoin(e)
        .where(and(inArray(g[column], askedFor), eq(e.id, g.enrollmentId), eq(e.campaignId, ofCampaign))),
    )
    return rowsFor(statement, addresses[column], { campaignId })
  }
  return [...(await contactsAt('email')), ...(await contactsAt('phone'))]
}

/** The guardians of a campaign who have this e-mail address or telephone number. */
export function listContactsBy(reader: Reader, campaignId: Id, address: string): Promise<Contact[]> {
  const isEmail = address.includes('@')
  return listContactsAt(reader, campaignId, { email: isEmail ? [address] : [], phone: isEmail ? [] : [address] })
}

/** Those of these addresses that more than `children` children of a campaign have. */
export async function listSharedAddresses(
  reader: Reader,
  campaignId: Id,
  addresses: Addresses,
  children: number,
): Promise<string[]> {
  const { enrollments: e, guardians: g } = reader.t
  const sharedAt = async (column: keyof Addresses) => {
    const statement = prepared(reader, `shared ${column}`, ({ q }) =>
      q
        .select({ address: g[column] })
        .from(g)
        .crossJoin(e)
        .where(
          and(
            inArray(g[column], askedFor),
            eq(e.id, g.enrollmentId),
            eq(e.campaignId, ofCampaign),
            ne(e.status, 'transferred'),
          ),
        )
        .groupBy(g[column])
        .having(sql`count(distinct ${g.enrollmentId}) > ${sql.placeholder('children')}`),
    )
    return rowsFor(statement, addresses[column], { campaignId, children })
  }
  return [...(await sharedAt('email')), ...(await sharedAt('phone'))].map(({ address }) => address!)
}

/** Which kits that wait: so many from behind a child on, at these schools alone if there are any. */
export interface WaitingPage {
  campaignId: Id
  /** An enrollment's id, or nothing for the first. */
  after: Id
  limit: number
  schoolIds?: readonly Id[] | undefined
}

/** Kits that wait to be collected, in the order of their children. */
export async function listWaitingVouchers(
  { q, t }: Reader,
  { campaignId, after, limit, schoolIds }: WaitingPage,
): Promise<WaitingVoucher[]> {
  const { enrollments: e, vouchers: v } = t
  return q
    .select({ id: v.id, enrollmentId: e.id, schoolId: v.schoolId })
    .from(e)
    .innerJoin(v, eq(v.enrollmentId, e.id))
    .where(
      and(
        eq(e.campaignId, campaignId),
        gt(e.id, after),
        eq(e.status, 'active'),
        eq(v.status, 'issued'),
        schoolIds && inArray(v.schoolId, [...schoolIds]),
      ),
    )
    .orderBy(e.id)
    .limit(limit)
}

/** The kits of these children that wait to be collected. */
export function listWaitingVouchersOf(reader: Reader, enrollmentIds: readonly Id[]): Promise<WaitingVoucher[]> {
  const { enrollments: e, vouchers: v } = reader.t
  const statement = prepared(reader, 'waiting vouchers of children', ({ q }) =>
    q
      .select({ id: v.id, enrollmentId: v.enrollmentId, schoolId: v.schoolId })
      .from(v)
      .innerJoin(e, eq(e.id, v.enrollmentId))
      .where(and(inArray(v.enrollmentId, askedFor), eq(e.status, 'active'), eq(v.status, 'issued'))),
  )
  return rowsFor(statement, enrollmentIds)
}

/** What is known in a campaign of the addresses that have these keys. */
export async function listMarks(reader: Reader, campaignId: Id, keys: readonly string[]): Promise<Marks> {
  const m = reader.t.contactMarks
  const statement = prepared(reader, 'marks', ({ q }) =>
    q
      .select()
      .from(m)
      .where(and(eq(m.campaignId, ofCampaign), inArray(m.addressKey, askedFor))),
  )
  return new Map(
    (await rowsFor(statement, keys, { campaignId })).map(({ addressKey, refusedAt, stoppedAt }) => [
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

/** Those who want no reminders, by the keys of their addresses. */
export async function listStopped({ q, t: { contactMarks: m } }: Reader): Promise<Stopped[]> {
  const { campaignId, addressKey, stoppedAt } = m
  const rows = await q.select({ campaignId, addressKey, stoppedAt }).from(m).where(isNotNull(stoppedAt))
  return rows.map(({ stoppedAt: at, ...of }) => ({ ...of, at: at! }))
}

/** Notes that the owner of an address wants no reminders; answers whether that is new. */
export async function markStopped({ q, t }: Tx, { campaignId, addressKey, at }: Stopped): Promise<boolean> {
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
