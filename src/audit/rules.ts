import { createHmac, randomBytes } from 'node:crypto'
import type { Id } from '../shared/ids.ts'
import { countOf } from '../shared/plurals.ts'
import { defineProblem } from '../shared/problem.ts'
import type { Instant } from '../shared/time.ts'

/** Who did what to which record, when, and with what change. */
export type AuditEvent = {
  id: string
  at: Instant
  actorKind: string
  actorId: string
  /** Subject and verb: `voucher.revoked`. */
  action: string
  subjectId: string
  /** What changed. In place of personal data and free text stands a {@link Commitment}. */
  change: Record<string, unknown>
  requestId: string | null
}

/**
 * How long after its moment an event may be committed: ten minutes, far longer than any transaction. An event is looked for
 * as long, and one that comes later into a trail whose clock went forward is `backdated`.
 */
export const lateMilliseconds = 10 * 60_000

/** The action of the event by which the service tells of one that is not its own. */
export const foreignFound = 'trail.foreign_event_found'

/** What can be wrong with a trail. */
export const faultKinds = [
  'changed',
  'removed',
  'missing',
  'reordered',
  'unlinked',
  'backdated',
  'foreign',
  'disclosed_otherwise',
  'rewritten',
  'truncated',
  'forged',
  'unknown_key',
  'checkpoint_missing',
] as const

/** One of {@link faultKinds}. */
export type FaultKind = (typeof faultKinds)[number]

/** Something that is wrong with the trail, and where. */
export interface Fault {
  kind: FaultKind
  /** The entry, from 1; of several the first. Of a checkpoint, its size. */
  position: number
  /** The last entry that it may concern. */
  until: number
  /** The event, where it is known which. */
  eventId: string | null
  /** What is wrong, in a sentence. */
  detail: string
}

const sentences: Record<FaultKind, (where: string, fault: { position: number; until: number }) => string> = {
  changed: (where) => `${where} is not what was sealed there: it was changed, or another was put in its place.`,
  removed: (where) => `${where} was removed; its seal is still there.`,
  missing: (_, { position, until }) =>
    position === until ? `Entry ${position} is missing.` : `Entries ${position} to ${until} are missing.`,
  reordered: (where) => `${where} stands behind a later one: entries were put into another order, or in twice.`,
  unlinked: (where) => `${where} does not follow the one before it: entries were inserted, removed or moved there.`,
  backdated: (where) =>
    `${where} says that it is older than a checkpoint which does not have it: it was inserted later.`,
  foreign: (where) =>
    `${where} did not bear the service’s authentication code (MAC) when it was sealed: it was inserted or changed straight in the database.`,
  disclosed_otherwise: (where) =>
    `${where} is told a value that it does not commit to: one beside it was changed or put in. It is not shown.`,
  rewritten: (_, { position, until }) =>
    `Among the entries ${position} to ${until} some are not those that a checkpoint was made for.`,
  truncated: (_, { position, until }) =>
    position === until
      ? `Entry ${position}, the last, was cut off.`
      : `Entries ${position} to ${until}, the last ones, were cut off.`,
  forged: (_, { position }) =>
    `The checkpoint of ${countOf(position, 'entry', 'entries')} does not bear the signature of its key.`,
  unknown_key: (_, { position }) =>
    `The checkpoint of ${countOf(position, 'entry', 'entries')} is signed with a key that is not trusted.`,
  checkpoint_missing: (_, { position }) =>
    `The checkpoint of ${countOf(position, 'entry', 'entries')} does not follow the one before it: one was removed, changed or put in.`,
}

/** A fault of `kind` at an entry or at the checkpoint of that size. */
export function faultOf(kind: FaultKind, position: number, eventId: string | null = null, until = position): Fault {
  const where = `Entry ${position}${eventId ? ` (event ${eventId})` : ''}`
  return { kind, position, until, eventId, detail: sentences[kind](where, { position, until }) }
}

/** Nothing more can be sealed or proven: what is there contradicts a checkpoint. */
export const trailBroken = defineProblem<{ found: string }>({
  code: 'trail_broken',
  status: 409,
  title: 'The trail has been tampered with',
  detail: ({ found }) => `${found} Verify the trail, keep the database as it is, and tell the auditor.`,
})
/** Personal data and free text of an event, by the key that each has in its change; what is undefined is not there. */
export interface Personal {
  /** The campaign with whose personal data they are erased; null where there is none. */
  campaignId: Id | null
  fields: Record<string, string | undefined>
}

/** What an event says of a value without telling it: base64url of HMAC-SHA-256 (RFC 2104) with the salt as the key. */
export interface Commitment {
  commitment: string
}

/** The value behind a commitment, and the salt that proves it: base64url of 32 random bytes. */
export interface Disclosure {
  eventId: Id
  field: string
  campaignId: Id | null
  salt: string
  value: string
}

/** An event as it is read: what is still disclosed stands in place of its commitment. */
export type ReadEvent = AuditEvent & {
  /** By key of `change`, the salt of each value that is disclosed there. */
  salts: Record<string, string>
}

/** Commits to `value` under `salt`. Without the salt nobody can tell even a short value from another. */
function commitmentOf(salt: string, value: string): Commitment {
  return { commitment: createHmac('sha256', Buffer.from(salt, 'base64url')).update(value).digest('base64url') }
}

/** The disclosures of an event's personal fields, each under a salt of its own. */
export function disclosuresOf(eventId: Id, { campaignId, fields }: Personal): Disclosure[] {
  return Object.entries(fields).flatMap(([field, value]) =>
    value === undefined ? [] : [{ eventId, field, campaignId, salt: randomBytes(32).toString('base64url'), value }],
  )
}

/** The part of a change that stands for `disclosures`: a commitment for each. */
export function commitmentsOf(disclosures: readonly Disclosure[]): Record<string, Commitment> {
  return Object.fromEntries(disclosures.map(({ field, salt, value }) => [field, commitmentOf(salt, value)]))
}

/** Whether `event` commits to what is disclosed of it: its change holds the commitment to that value under that salt. */
export function isCommitted(event: AuditEvent, { field, salt, value }: Disclosure): boolean {
  const held = Object.hasOwn(event.change, field) ? (event.change[field] as Partial<Commitment> | null) : undefined
  return held?.commitment === commitmentOf(salt, value).commitment
}

/** `event` with those of its values that are still disclosed. What it does not commit to is not shown. */
export function disclose(event: AuditEvent, disclosures: readonly Disclosure[]): ReadEvent {
  const own = disclosures.filter((disclosure) => isCommitted(event, disclosure))
  const values = Object.fromEntries(own.map(({ field, value }) => [field, value]))
  const salts = Object.fromEntries(own.map(({ field, salt }) => [field, salt]))
  return { ...event, change: { ...event.change, ...values }, salts }
}
