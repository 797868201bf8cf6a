import { sql } from 'drizzle-orm'
import type { Columns } from '../platform/db/index.ts'

/**
 * The trail, its seals and its checkpoints, and beside it what may be forgotten of it. But for the last all is append-only:
 * triggers refuse every change and deletion, and a seal that is not the next.
 */
export const auditTables = (c: Columns) => {
  const auditEvents = c.table(
    'audit_events',
    {
      id: c.id('id').primaryKey(),
      at: c.instant('at').notNull(),
      actorKind: c.text('actor_kind').notNull(),
      actorId: c.text('actor_id').notNull(),
      /** Subject and verb: `voucher.revoked`. */
      action: c.text('action').notNull(),
      subjectId: c.text('subject_id').notNull(),
      /** What changed. In place of personal data and free text stands a commitment. */
      change: c.json<Record<string, unknown>>('change').notNull(),
      requestId: c.text('request_id'),
      /** The MAC of the rest, which the service alone can make. None on events from before there were MACs. */
      mac: c.text('mark'),
    },
    (t) => [c.index('audit_events_subject').on(t.subjectId), c.index('audit_events_actor').on(t.actorId, t.id)],
  )
  /**
   * What people typed, behind the commitments of events. Erasure deletes it; it is never changed, and nothing is added once its
   * event is sealed.
   */
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
  /** The order of the events for good. No reference to the event: the seal of one that was removed tells that it was. */
  const auditSeals = c.table(
    'audit_seals',
    {
      /** From 1, without gaps. In proofs the leaf counts from 0. */
      position: c.int('position').primaryKey(),
      eventId: c.id('event_id').notNull(),
      /** The event's hash as a leaf of the tree, 32 bytes. */
      leaf: c.bytes('leaf').notNull(),
      /** The link of the chain: of the entry before and of this leaf, 32 bytes. */
      hash: c.bytes('hash').notNull(),
    },
    (t) => [
      c.uniqueIndex('audit_seals_event').on(t.eventId),
      c.check('audit_seals_hashes', sql`length(${t.leaf}) = 32 AND length(${t.hash}) = 32`),
    ],
  )
  /** Hashes of complete subtrees of 256 leaves and more, so that a proof is made of a few rows. All follow from the leaves. */
  const auditNodes = c.table(
    'audit_nodes',
    {
      /** The subtree has two to the power of this many leaves. */
      level: c.int('level').notNull(),
      /** Which of its level, from 0. */
      index: c.int('index').notNull(),
      hash: c.bytes('hash').notNull(),
    },
    (t) => [c.primaryKey({ columns: [t.level, t.index] })],
  )
  /** Signed statements of what the trail was. Hashes, key and signature in hex, as they are shown. */
  const auditCheckpoints = c.table(
    'audit_checkpoints',
    {
      /** How many entries the trail had. No two checkpoints have the same. */
      size: c.int('size').primaryKey(),
      at: c.instant('at').notNull(),
      /** The root of the tree over all entries. */
      root: c.text('root').notNull(),
      /** The link of the last entry. */
      head: c.text('head').notNull(),
      /** The hash of the checkpoint before; 32 bytes of zero for the first. */
      previous: c.text('previous').notNull(),
      /** The Ed25519 key that it is signed with, 32 bytes. */
      publicKey: c.text('public_key').notNull(),
      /** Ed25519 (RFC 8032) over the canonical JSON of all other fields. */
      signature: c.text('signature').notNull(),
    },
    // One follows another: two processes cannot make the chain fork.
    (t) => [c.uniqueIndex('audit_checkpoints_previous').on(t.previous)],
  )
  /** Every attempt to mail a checkpoint to the auditor. */
  const auditMailings = c.table('audit_mailings', {
    id: c.id('id').primaryKey(),
    at: c.instant('at').notNull(),
    size: c.int('size').notNull(),
    sent: c.bool('sent').notNull(),
  })
  return { auditEvents, auditDisclosures, auditSeals, auditNodes, auditCheckpoints, auditMailings }
}
