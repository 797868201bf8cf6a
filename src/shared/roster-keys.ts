import { fromBase64url, toBase64url } from './base64url.ts'
import type { VoucherCode } from './voucher-code.ts'

/** The child that a voucher is for, as whoever holds its code is shown it. */
export interface RosterChild {
  pupilRef: string
  givenName: string | null
  familyName: string | null
  section: string | null
}

/** How the keys of a roster's entries are made of their codes. */
export interface RosterLock {
  /** The device's id: what was worked out for one phone is no good for another. */
  salt: string
  /** Rounds of PBKDF2, {@link rosterIterations}. */
  iterations: number
}

/** What a voucher's code opens in a roster. */
export interface CodeKeys {
  /** Finds the entry: 16 bytes, base64url. */
  lookup: string
  /** Opens the child: 32 bytes, for AES-256-GCM. */
  child: Uint8Array<ArrayBuffer>
}

/**
 * How often the code is hashed before anything is made of it. A code has 55 bits: whoever has the roster of a stolen phone
 * can try all of them, and each try costs this much.
 */
export const rosterIterations = 10_000

const nonceBytes = 12
const sealedInSteps = 256
const utf8 = new TextEncoder()

/**
 * The keys that `code` opens in a roster: PBKDF2-HMAC-SHA-256 (RFC 8018) of code and salt in UTF-8, then a key for each use by
 * HKDF-SHA-256 (RFC 5869) without a salt of its own. `roster-vectors.json` holds it, and whoever writes it anew, to this.
 */
export async function keysOf(code: VoucherCode, { salt, iterations }: RosterLock): Promise<CodeKeys> {
  const password = await crypto.subtle.importKey('raw', utf8.encode(code), 'PBKDF2', false, ['deriveBits'])
  const stretching = { name: 'PBKDF2', hash: 'SHA-256', salt: utf8.encode(salt), iterations } as const
  const stretched = await crypto.subtle.deriveBits(stretching, password, 256)
  const base = await crypto.subtle.importKey('raw', stretched, 'HKDF', false, ['deriveBits'])
  const derived = async (use: string, bits: number) => {
    const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8.encode(use) } as const
    return new Uint8Array(await crypto.subtle.deriveBits(derivation, base, bits))
  }
  return {
    lookup: toBase64url(await derived('saka roster lookup', 128)),
    child: await derived('saka roster child', 256),
  }
}

/**
 * `child` as JSON that only `key` opens: nonce, AES-256-GCM of it, and tag, in base64url. Spaces fill it up to a multiple of
 * 256 bytes, so that its length tells no name.
 */
export async function sealChild(
  key: CodeKeys['child'],
  child: RosterChild,
  nonce = crypto.getRandomValues(new Uint8Array(nonceBytes)),
): Promise<string> {
  const json = utf8.encode(JSON.stringify(child))
  const text = new Uint8Array(Math.ceil(json.length / sealedInSteps) * sealedInSteps).fill(0x20)
  text.set(json)
  const sealing = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt'])
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, sealing, text)
  return toBase64url(new Uint8Array([...nonce, ...new Uint8Array(sealed)]))
}

/** The child inside what {@link sealChild} made. Rejects where `key` is another, or a byte has changed. */
export async function openChild(key: CodeKeys['child'], sealed: string): Promise<RosterChild> {
  const bytes = fromBase64url(sealed)
  const opening = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt'])
  const nonce = bytes.subarray(0, nonceBytes)
  const text = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce }, opening, bytes.subarray(nonceBytes))
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text))
}
