import type { Columns } from '../platform/db/index.ts'

/** The trail, and beside it what may be forgotten of it. */
export const auditTables = (c: Columns) => {
  /** Append-only: triggers refuse every change and deletion. */
  const auditEvents = c.table(
    'audit_events',
    {
      id: c.id('id').primaryKey(),
      at: c.instant('at').notNull(),
      actorKind: c.text('actor_kind').notNull(),
      actorId: c.text('actor_id').notNull(),
      action: c.text('action').notNull(),
      subjectId: c.text('subject_id').notNull(),
      change: c.json<Record<string, unknown>>('change').notNull(),
      requestId: c.text('request_id'),
    },
    (t) => [c.index('audit_events_subject').on(t.subjectId), c.index('audit_events_actor').on(t.actorId, t.id)],
  )
  /** What people typed, behind the commitments of events. Erasure deletes it; it is never changed. */
  const auditDisclosures = c.table(
    'audit_disclosures',
    {
      /** No reference: who takes an event away is found by the chain, and not by an error here. */
      eventId: c.id('event_id').notNull(),
      /** The key in the event's change. */
      field: c.text('field').notNull(),
      /** The campaign that it goes with; null where it belongs to none. */
      campaignId: c.id('campaign_id'),
      /** 32 random bytes, base64url. */
      salt: c.text('salt').notNull(),
      value: c.text('value').notNull(),
    },
    (t) => [c.primaryKey({ columns: [t.eventId, t.field] }), c.index('audit_disclosures_campaign').on(t.campaignId)],
  )
  return { auditEvents, auditDisclosures }
}
