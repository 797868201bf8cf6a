import { sql } from 'drizzle-orm'
import type { CampaignTables } from '../campaigns/tables.ts'
import type { Columns } from '../platform/db/index.ts'
import type { VoucherTables } from '../vouchers/tables.ts'
import type { About, MessageStatus, Refusal } from './messages/rules.ts'
import type { Channel, QuietHours, ReminderStep } from './plan/rules.ts'

/** Reminders: their plan, to whom, what became of each. Addresses are not here: digests of them, until they are erased. */
export const notificationTables = (c: Columns, { campaigns, vouchers }: CampaignTables & VoucherTables) => {
  const reminderPlans = c.table('reminder_plans', {
    campaignId: c
      .id('campaign_id')
      .primaryKey()
      .references(() => campaigns.id),
    steps: c.json<ReminderStep[]>('steps').notNull(),
    quietHours: c.json<QuietHours>('quiet_hours'),
    consentRequired: c.bool('consent_required').notNull(),
    version: c.int('version').notNull(),
  })
  /** Guardians, each once in a campaign. */
  const recipients = c.table(
    'recipients',
    {
      id: c.id('id').primaryKey(),
      campaignId: c.idOf('campaign_id', () => campaigns.id),
      /** A digest of campaign and contact; its own id once that is erased. */
      key: c.text('key').notNull(),
      /** What the page is found by that ends reminders. It can do nothing else. */
      stopToken: c.text('stop_token').notNull(),
      createdAt: c.instant('created_at').notNull(),
    },
    (t) => [
      c.uniqueIndex('recipients_key').on(t.campaignId, t.key),
      c.uniqueIndex('recipients_stop_token').on(t.stopToken),
    ],
  )
  /** What is known of addresses: that one is no good, or that its owner wants no reminders. */
  const contactMarks = c.table(
    'contact_marks',
    {
      campaignId: c.idOf('campaign_id', () => campaigns.id),
      /** A digest of campaign and address. */
      addressKey: c.text('address_key').notNull(),
      refusal: c.word<Refusal>('refusal'),
      refusedAt: c.instant('refused_at'),
      stoppedAt: c.instant('stopped_at'),
    },
    (t) => [
      c.primaryKey({ columns: [t.campaignId, t.addressKey] }),
      c.check('contact_marks_refused', sql`(refusal is null) = (refused_at is null)`),
    ],
  )
  const messages = c.table(
    'messages',
    {
      id: c.id('id').primaryKey(),
      campaignId: c.idOf('campaign_id', () => campaigns.id),
      recipientId: c.idOf('recipient_id', () => recipients.id),
      step: c.text('step').notNull(),
      /** 0, and one more for each correction of what was told. */
      edition: c.int('edition').notNull(),
      channel: c.word<Channel>('channel').notNull(),
      about: c.word<About>('about').notNull(),
      status: c.word<MessageStatus>('status').notNull(),
      /** Why it is what it is: a word of the domain, or what the channel answered. */
      cause: c.text('cause'),
      /** BCP 47. */
      language: c.text('language'),
      /** The local day that it goes out on, as long as it goes out. */
      day: c.date('day'),
      plannedAt: c.instant('planned_at').notNull(),
      /** When it is no longer worth sending. */
      notAfter: c.instant('not_after').notNull(),
      /** When it was handed to the channel, whatever came of that. */
      sentAt: c.instant('sent_at'),
      /** What the gateway knows it by. */
      reference: c.text('reference'),
      /** The pickup window that it tells. */
      toldFrom: c.date('told_from'),
      toldUntil: c.date('told_until'),
    },
    (t) => [
      // The same is said once over a channel, however often it is planned.
      c.uniqueIndex('messages_once').on(t.recipientId, t.step, t.edition, t.channel).where(sql`status <> 'cancelled'`),
      // And over one channel at a time.
      c
        .uniqueIndex('messages_one_live')
        .on(t.recipientId, t.step, t.edition)
        .where(sql`status in ('queued', 'sending', 'sent', 'doubtful')`),
      c.uniqueIndex('messages_one_a_day').on(t.recipientId, t.day).where(sql`day is not null`),
      c.index('messages_campaign').on(t.campaignId, t.id),
      c.index('messages_recipient').on(t.recipientId),
      c.check(
        'messages_status',
        sql`status in ('queued', 'sending', 'sent', 'doubtful', 'refused', 'failed', 'bounced', 'cancelled', 'listed')`,
      ),
      c.check(
        'messages_channel',
        sql`channel in ('email', 'sms', 'print') and (channel = 'print') = (status = 'listed')`,
      ),
      c.check(
        'messages_day',
        sql`(status in ('queued', 'sending', 'sent', 'doubtful', 'bounced')) = (day is not null)`,
      ),
    ],
  )
  /** The vouchers that a message names. */
  const messageVouchers = c.table(
    'message_vouchers',
    {
      messageId: c.idOf('message_id', () => messages.id),
      voucherId: c.idOf('voucher_id', () => vouchers.id),
    },
    (t) => [c.primaryKey({ columns: [t.messageId, t.voucherId] }), c.index('message_vouchers_voucher').on(t.voucherId)],
  )
  return { reminderPlans, recipients, contactMarks, messages, messageVouchers }
}
