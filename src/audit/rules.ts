import { createHmac, randomBytes } from 'node:crypto'
import type { Id } from '../kernel/ids.ts'
import type { Instant } from '../kernel/time.ts'

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

/** `event` with those of its values that are still disclosed. */
export function disclose(event: AuditEvent, disclosures: readonly Disclosure[]): ReadEvent {
  const values = Object.fromEntries(disclosures.map(({ field, value }) => [field, value]))
  const salts = Object.fromEntries(disclosures.map(({ field, salt }) => [field, salt]))
  return { ...event, change: { ...event.change, ...values }, salts }
}
