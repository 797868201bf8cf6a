import { aliasedTable, and, desc, eq, exists, inArray, isNotNull, lt, or, sql } from 'drizzle-orm'
import { askedFor, prepared, rowsFor } from '../../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { decodeCursor, type Page, type PageQuery, toPage } from '../../shared/page.ts'
import type { Instant } from '../../shared/time.ts'
import type { Channel } from '../plan/rules.ts'
import type { RecipientRow } from '../recipients/repository.ts'
import { type MessageStatus, statusesBefore } from './rules.ts'

/** One reminder to one guardian over one channel. */
export type Message = Tables['messages']['$inferSelect']

/** What planning has to know of a message. */
export type MessageState = Pick<
  Message,
  'id' | 'step' | 'edition' | 'channel' | 'status' | 'day' | 'toldFrom' | 'toldUntil' | 'sentAt'
>

/**
 * The messages, of those that were not cancelled, to the recipients whom a campaign knows by these keys, as far as planning has
 * to know them; the oldest first.
 */
export function listMessageStates(
  reader: Reader,
  campaignId: Id,
  keys: readonly string[],
): Promise<(MessageState & { key: string })[]> {
  const { messages: m, recipients: r } = reader.t
  const { id, step, edition, channel, status, day, toldFrom, toldUntil, sentAt } = m
  const statement = prepared(reader, 'message states', ({ q }) =>
    q
      .select({ key: r.key, id, step, edition, channel, status, day, toldFrom, toldUntil, sentAt })
      .from(r)
      .innerJoin(m, eq(m.recipientId, r.id))
      .where(
        and(eq(r.campaignId, sql.placeholder('campaignId')), inArray(r.key, askedFor), sql`${status} <> 'cancelled'`),
      )
      .orderBy(id),
  )
  return rowsFor(statement, keys, { campaignId })
}

/** Those of these messages that name a code which has been replaced by one that still counts. */
export async function listOutdated(reader: Reader, messageIds: readonly Id[]): Promise<ReadonlySet<Id>> {
  const { messageVouchers: n, vouchers: v } = reader.t
  const next = aliasedTable(v, 'next')
  const statement = prepared(reader, 'outdated messages', ({ q }) =>
    q
      .selectDistinct({ id: n.messageId })
      .from(n)
      .innerJoin(v, eq(v.id, n.voucherId))
      .innerJoin(next, eq(next.id, v.replacedById))
      .where(and(inArray(n.messageId, askedFor), or(eq(next.status, 'issued'), isNotNull(next.replacedById)))),
  )
  return new Set((await rowsFor(statement, messageIds)).map(({ id }) => id))
}

/** Whether anybody has been, or is to be, told anything in a campaign. */
export async function hasMessages({ q, t }: Reader, campaignId: Id): Promise<boolean> {
  const { id, campaignId: of } = t.messages
  return (await q.select({ id }).from(t.messages).where(eq(of, campaignId)).limit(1)).length > 0
}

/** Adds the messages that do not stand against one that is there, and answers the ids of those. */
export async function insertMessages({ q, t }: Tx, messages: readonly Message[]): Promise<Set<Id>> {
  if (messages.length === 0) return new Set()
  const added = await q
    .insert(t.messages)
    .values([...messages])
    .onConflictDoNothing()
    .returning({ id: t.messages.id })
  return new Set(added.map(({ id }) => id))
}

/** Notes the vouchers that messages name. */
export async function insertNamedVouchers(
  { q, t }: Tx,
  named: readonly { messageId: Id; voucherId: Id }[],
): Promise<void> {
  if (named.length > 0) await q.insert(t.messageVouchers).values([...named])
}

/** Makes a message name these vouchers and no others. */
export async function replaceNamedVouchers(tx: Tx, messageId: Id, voucherIds: readonly Id[]): Promise<void> {
  const n = tx.t.messageVouchers
  await tx.q.delete(n).where(eq(n.messageId, messageId))
  const named = voucherIds.map((voucherId) => ({ messageId, voucherId }))
  await insertNamedVouchers(tx, named)
}

/** A message and whom it is for. */
export async function findMessage(
  { q, t }: Reader,
  id: Id,
): Promise<{ message: Message; recipient: RecipientRow } | undefined> {
  const { messages: m, recipients: r } = t
  const rows = await q
    .select({ message: m, recipient: r })
    .from(m)
    .innerJoin(r, eq(r.id, m.recipientId))
    .where(eq(m.id, id))
  return rows[0]
}

/** What a guardian was told last. */
export async function findLastTold({ q, t }: Reader, recipientId: Id): Promise<Message | undefined> {
  const m = t.messages
  const told = and(eq(m.recipientId, recipientId), inArray(m.status, ['sent', 'doubtful']))
  return (await q.select().from(m).where(told).orderBy(desc(m.sentAt), desc(m.id)).limit(1))[0]
}

/**
 * Changes the status of a message; false when it has none from which {@link statusesBefore} lets it. Breaks `messages_one_a_day`
 * and `messages_one_live`.
 */
export async function changeStatus(
  { q, t }: Tx,
  id: Id,
  status: keyof typeof statusesBefore,
  change: Partial<Message>,
): Promise<boolean> {
  const m = t.messages
  const isBefore = and(eq(m.id, id), inArray(m.status, [...statusesBefore[status]]))
  const next = { status, ...change }
  return (await q.update(m).set(next).where(isBefore).returning({ id: m.id })).length > 0
}

/** Gives up what has waited since before `plannedBefore` for its channel; answers how many messages that were. */
export async function giveUpWaiting({ q, t }: Tx, campaignId: Id, plannedBefore: Instant): Promise<number> {
  const m = t.messages
  const waiting = and(eq(m.campaignId, campaignId), eq(m.status, 'queued'), lt(m.plannedAt, plannedBefore))
  const change = { status: 'failed' as const, cause: 'waited_too_long', day: null }
  return (await q.update(m).set(change).where(waiting).returning({ id: m.id })).length
}

/** A kit that a message is about, as the guardian needs to know it, and the guardians of its child. */
export interface NamedVoucher {
  voucher: Tables['vouchers']['$inferSelect']
  givenName: string | null
  enrollmentStatus: Tables['enrollments']['$inferSelect']['status']
  schoolName: string
  schoolAddress: string | null
}

/** The vouchers that a message names, or those that have taken their place since. */
export async function listNamedVouchers(reader: Reader, messageId: Id): Promise<NamedVoucher[]> {
  const { q, t } = reader
  const n = t.messageVouchers
  const named = await q.select({ id: n.voucherId }).from(n).where(eq(n.messageId, messageId))
  const found = new Map<Id, NamedVoucher>()
  for (let ids = named.map(({ id }) => id); ids.length > 0; ) {
    const rows = await namedVouchers(reader, ids)
    for (const row of rows) if (row.voucher.replacedById === null) found.set(row.voucher.id, row)
    ids = rows.flatMap(({ voucher }) => voucher.replacedById ?? [])
  }
  return [...found.values()].sort((a, b) => (a.voucher.enrollmentId < b.voucher.enrollmentId ? -1 : 1))
}

function namedVouchers({ q, t }: Reader, ids: Id[]): Promise<NamedVoucher[]> {
  const { vouchers: v, enrollments: e, schools: s } = t
  return q
    .select({
      voucher: v,
      givenName: e.givenName,
      enrollmentStatus: e.status,
      schoolName: s.name,
      schoolAddress: s.address,
    })
    .from(v)
    .innerJoin(e, eq(e.id, v.enrollmentId))
    .innerJoin(s, eq(s.id, v.schoolId))
    .where(inArray(v.id, ids)) as unknown as Promise<NamedVoucher[]>
}

/** The children whom messages to a recipient named. */
export async function listChildrenTold({ q, t }: Reader, recipientId: Id): Promise<Id[]> {
  const { messages: m, messageVouchers: n, vouchers: v } = t
  const rows = await q
    .selectDistinct({ enrollmentId: v.enrollmentId })
    .from(m)
    .innerJoin(n, eq(n.messageId, m.id))
    .innerJoin(v, eq(v.id, n.voucherId))
    .where(eq(m.recipientId, recipientId))
  return rows.map(({ enrollmentId }) => enrollmentId)
}

/** The last message that went out over a channel to whoever is known by one of these keys. */
export async function findLastSent(
  { q, t }: Reader,
  { campaignId, keys, channel }: { campaignId: Id; keys: readonly string[]; channel: Channel },
): Promise<{ id: Id } | undefined> {
  const { messages: m, recipients: r } = t
  const rows = await q
    .select({ id: m.id })
    .from(m)
    .innerJoin(r, eq(r.id, m.recipientId))
    .where(
      and(
        eq(m.campaignId, campaignId),
        eq(m.channel, channel),
        inArray(m.status, ['sent', 'doubtful']),
        inArray(r.key, [...keys]),
      ),
    )
    .orderBy(desc(m.sentAt))
    .limit(1)
  return rows[0]
}

/** Which messages to list; `only` limits to those that name a child of these schools. */
export interface MessageFilter {
  campaignId: Id
  status?: MessageStatus | undefined
  channel?: Channel | undefined
  only?: Id[] | undefined
}

/** Messages, the newest first. */
export async function listMessages(
  { q, t }: Reader,
  { campaignId, status, channel, only }: MessageFilter,
  page: PageQuery,
): Promise<Page<Message>> {
  const { messages: m, messageVouchers: n, vouchers: v } = t
  const after = decodeCursor(page.cursor, 1)
  const ofSchools =
    only &&
    exists(
      q
        .select({ id: n.voucherId })
        .from(n)
        .innerJoin(v, eq(v.id, n.voucherId))
        .where(and(eq(n.messageId, m.id), inArray(v.schoolId, only))),
    )
  const rows = await q
    .select()
    .from(m)
    .where(
      and(
        eq(m.campaignId, campaignId),
        status && eq(m.status, status),
        channel && eq(m.channel, channel),
        ofSchools,
        after ? lt(m.id, String(after[0])) : undefined,
      ),
    )
    .orderBy(desc(m.id))
    .limit(page.limit + 1)
  return toPage(rows, page.limit, ({ id }) => [id])
}

/** What these recipients are known by. */
export async function listKeys({ q, t }: Reader, recipientIds: readonly Id[]): Promise<Map<Id, string>> {
  const r = t.recipients
  const rows = await q
    .select({ id: r.id, key: r.key })
    .from(r)
    .where(inArray(r.id, [...recipientIds]))
  return new Map(rows.map(({ id, key }) => [id, key]))
}

/** The enrollments that messages name, each with its message; of these schools alone if there are any. */
export async function listNamedEnrollments(
  { q, t }: Reader,
  messageIds: readonly Id[],
  only?: readonly Id[],
): Promise<{ messageId: Id; enrollmentId: Id }[]> {
  const { messageVouchers: n, vouchers: v } = t
  return q
    .select({ messageId: n.messageId, enrollmentId: v.enrollmentId })
    .from(n)
    .innerJoin(v, eq(v.id, n.voucherId))
    .where(and(inArray(n.messageId, [...messageIds]), only && inArray(v.schoolId, [...only])))
    .orderBy(n.messageId, v.enrollmentId)
}
