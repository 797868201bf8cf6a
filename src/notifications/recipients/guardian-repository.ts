import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Reader, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { listContactsBy } from './repository.ts'
import { addressKey } from './rules.ts'

/** What was sent to whoever has these addresses in a campaign, the oldest first, without where to. */
export async function listMessagesTo({ q, t }: Reader, campaignId: Id, addresses: readonly string[]) {
  const { messages: m, recipients: r } = t
  const { id, step, about, channel, status, language, plannedAt, sentAt } = m
  const keys = addresses.map((address) => addressKey(campaignId, address))
  return q
    .select({ id, step, about, channel, status, language, plannedAt, sentAt })
    .from(m)
    .innerJoin(r, eq(r.id, m.recipientId))
    .where(and(eq(m.campaignId, campaignId), inArray(r.key, keys)))
    .orderBy(m.id)
}

/**
 * Forgets what messages and marks know these addresses by, but for those that another guardian of the campaign has too.
 * Answers how many values that were, by column.
 */
export async function forgetAddresses(
  tx: Tx,
  campaignId: Id,
  addresses: readonly string[],
): Promise<Record<string, number>> {
  const { q, t } = tx
  const { recipients: r, contactMarks: c, messages: m } = t
  const keys: string[] = []
  for (const address of addresses)
    if ((await listContactsBy(tx, campaignId, address)).length === 0) keys.push(addressKey(campaignId, address))
  const theirs = and(eq(r.campaignId, campaignId), inArray(r.key, keys))
  const recipients = (await q.select({ id: r.id }).from(r).where(theirs)).map(({ id }) => id)
  await q
    .update(r)
    .set({ key: sql`${r.id}`, stopToken: sql`${r.id}` })
    .where(inArray(r.id, recipients))
  const languages = await q
    .update(m)
    .set({ language: null })
    .where(and(inArray(m.recipientId, recipients), sql`${m.language} is not null`))
    .returning({ id: m.id })
  const marks = await q
    .delete(c)
    .where(and(eq(c.campaignId, campaignId), inArray(c.addressKey, keys)))
    .returning({ key: c.addressKey })
  const figures = {
    'recipients.key': recipients.length,
    'messages.language': languages.length,
    'contactMarks.addressKey': marks.length,
  }
  return Object.fromEntries(Object.entries(figures).filter(([, values]) => values > 0))
}
