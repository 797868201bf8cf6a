import type { AuditEvent } from '../rules.ts'

/**
 * `value`, which came out of JSON, as the one JSON text that everybody writes for it (RFC 8785): members sorted by name,
 * no spaces, numbers as ECMAScript has them. Half a surrogate pair, which RFC 8785 refuses, is written as its escape: it
 * may be in what somebody typed, and there is no event that cannot be sealed.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = value as Record<string, unknown>
  const names = Object.keys(members).filter((name) => members[name] !== undefined)
  return `{${names
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(members[name])}`)
    .join(',')}}`
}

/**
 * What of an event is sealed: all of it, as it is stored. A field that events get later is left out where it is absent, so
 * that the events before it stay what they were.
 */
export function canonicalEvent(event: AuditEvent): string {
  const { id, at, actorKind, actorId, action, subjectId, change, requestId } = event
  return canonicalJson({ id, at, actorKind, actorId, action, subjectId, change, requestId })
}
