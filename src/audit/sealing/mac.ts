import type { Signer } from '../../platform/keys/signing-key.ts'
import type { AuditEvent } from '../rules.ts'

/** An event as it is stored, its change as text. */
export type StoredEvent = Omit<AuditEvent, 'change'> & { change: string; mac: string | null }

/**
 * An event with its MAC (HMAC, RFC 2104): who writes into the database without the service's key cannot make it. It is verified once,
 * when the event is sealed. Every event costs it, so it is made of few and short steps.
 */
export function withMac<Event extends AuditEvent>(signer: Signer, event: Event): Event & { mac: string } {
  return { ...event, mac: signer.mac(authenticatedText(event, JSON.stringify(event.change))) }
}

/** Whether `event` is, to the letter, what the service has written. */
export function isOwn(signer: Signer, event: StoredEvent): boolean {
  return event.mac === signer.mac(authenticatedText(event, event.change))
}

/**
 * All of an event, its change as the text that is stored. No line break is in what the service writes, so that nothing can be
 * moved from one field to the next: there would be one too many.
 */
function authenticatedText(event: Omit<AuditEvent, 'change'>, change: string): string {
  const { id, at, actorKind, actorId, action, subjectId, requestId } = event
  const request = requestId === null ? 'none' : `of ${requestId}`
  return `${id}\n${at}\n${actorKind}\n${actorId}\n${action}\n${subjectId}\n${request}\n${change}`
}
