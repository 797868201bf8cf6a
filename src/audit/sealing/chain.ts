import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import type { Tables } from '../../schema.ts'
import type { AuditEvent } from '../rules.ts'
import { canonicalEvent, canonicalJson } from './canonical.ts'
import { leafHash } from './merkle.ts'

/** Where an event is in the trail: sealed once, in an order that never changes. */
export type Seal = Tables['auditSeals']['$inferSelect']

/** A signed statement of what the trail was at a moment. Hashes, key and signature are in hex. */
export type Checkpoint = Tables['auditCheckpoints']['$inferSelect']

/** Stands where there is nothing before: 32 bytes of zero, in hex. */
export const noHash = '0'.repeat(64)

const entryPrefix = Buffer.from([2])

/** The leaf of an event: the hash of its canonical JSON in UTF-8. */
export function leafOf(event: AuditEvent): Buffer {
  return leafHash(Buffer.from(canonicalEvent(event)))
}

/** The link of the entry with `leaf` behind the entry with link `previous`: SHA-256 of the byte 2 and the two. */
export function linkOf(previous: Uint8Array, leaf: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([entryPrefix, previous, leaf]), 'buffer')
}

/** Seals of `events`, in their order, behind the entry `last`. */
export function sealsOf(events: readonly AuditEvent[], last: Pick<Seal, 'position' | 'hash'> | undefined): Seal[] {
  let { position, hash } = last ?? { position: 0, hash: Buffer.from(noHash, 'hex') }
  return events.map((event) => {
    const leaf = leafOf(event)
    position++
    hash = linkOf(hash, leaf)
    return { position, eventId: event.id, leaf, hash }
  })
}

/** The bytes that a checkpoint's signature is over. */
export function signedBytes({ signature: _, ...signed }: Omit<Checkpoint, 'signature'> & { signature?: string }) {
  return Buffer.from(canonicalJson(signed))
}

/** The hash by which the next checkpoint names this one: SHA-256 of its canonical JSON, signature and all, in hex. */
export function checkpointHash(checkpoint: Checkpoint): string {
  return hash('sha256', Buffer.from(canonicalJson(checkpoint)), 'hex')
}

const hashForm = /^[0-9a-f]{64}$/

/** The checkpoint that a line of JSON is; undefined if it is none. Members that a checkpoint does not have are left out. */
export function parseCheckpoint(line: string): Checkpoint | undefined {
  try {
    const { size, at, root, head, previous, publicKey, signature } = JSON.parse(line) as Checkpoint
    const isOne =
      Number.isSafeInteger(size) &&
      size > 0 &&
      !Number.isNaN(Date.parse(at)) &&
      [root, head, previous, publicKey].every((hash) => hashForm.test(hash)) &&
      /^[0-9a-f]{128}$/.test(signature)
    return isOne ? { size, at, root, head, previous, publicKey, signature } : undefined
  } catch {
    return undefined
  }
}

const keys = new Map<string, KeyObject>()

/** Whether the key that `checkpoint` names has signed it. Whose key that is, is another question. */
export function isSigned(checkpoint: Checkpoint): boolean {
  try {
    const signature = Buffer.from(checkpoint.signature, 'hex')
    return verify(null, signedBytes(checkpoint), publicKeyOf(checkpoint.publicKey), signature)
  } catch {
    // What is no key has signed nothing.
    return false
  }
}

/** Reading a key costs more than using it, and there are few. */
function publicKeyOf(hex: string): KeyObject {
  const known = keys.get(hex)
  if (known) return known
  const x = Buffer.from(hex, 'hex').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  if (keys.size < 100) keys.set(hex, key)
  return key
}
