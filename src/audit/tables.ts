import { sql } from 'drizzle-orm'
import type { Columns } from '../platform/db/index.ts'

/**
 * The trail, its seals and its checkpoints. Append-only: triggers refuse every change and deletion, and a seal that is not
 * the next.
 */
export const auditTables = (c: Columns) => ({
  auditEvents: c.table(
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
  ),
  /** The order of the events for good. No reference to the event: the seal of one that was removed tells that it was. */
  auditSeals: c.table(
    'audit_seals',
    {
      /** From 1, without gaps. */
      position: c.int('position').primaryKey(),
      eventId: c.id('event_id').notNull(),
      leaf: c.bytes('leaf').notNull(),
      /** The link: of the entry before and of this leaf. */
      hash: c.bytes('hash').notNull(),
    },
    (t) => [
      c.uniqueIndex('audit_seals_event').on(t.eventId),
      c.check('audit_seals_hashes', sql`length(${t.leaf}) = 32 AND length(${t.hash}) = 32`),
    ],
  ),
  /** Hashes of complete subtrees of 256 leaves and more, so that a proof is made of a few rows. All follow from the leaves. */
  auditNodes: c.table(
    'audit_nodes',
    {
      /** The subtree has two to the power of this many leaves. */
      level: c.int('level').notNull(),
      /** Which of its level, from 0. */
      index: c.int('index').notNull(),
      hash: c.bytes('hash').notNull(),
    },
    (t) => [c.primaryKey({ columns: [t.level, t.index] })],
  ),
  /** Signed statements of what the trail was. Hashes, key and signature in hex, as they are shown. */
  auditCheckpoints: c.table(
    'audit_checkpoints',
    {
      size: c.int('size').primaryKey(),
      at: c.instant('at').notNull(),
      root: c.text('root').notNull(),
      head: c.text('head').notNull(),
      previous: c.text('previous').notNull(),
      publicKey: c.text('public_key').notNull(),
      signature: c.text('signature').notNull(),
    },
    // One follows another: two processes cannot make the chain fork.
    (t) => [c.uniqueIndex('audit_checkpoints_previous').on(t.previous)],
  ),
  /** Every attempt to mail a checkpoint to the auditor. */
  auditMailings: c.table('audit_mailings', {
    id: c.id('id').primaryKey(),
    at: c.instant('at').notNull(),
    size: c.int('size').notNull(),
    sent: c.bool('sent').notNull(),
  }),
})
