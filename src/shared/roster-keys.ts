import { createCipheriv, hkdfSync, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { VoucherCode } from './voucher-code.ts'

/** The child that a voucher is for, as whoever holds its code is shown it. */
export interface RosterChild {
  pupilRef: string
  givenName: string | null
  familyName: string | null
  section: string | null
}

/** What a voucher's code opens in a roster. */
export interface CodeKeys {
  /** Finds the entry: 16 bytes, base64url. */
  lookup: string
  /** Opens the child: 32 bytes, for AES-256-GCM. */
  child: Buffer
}

/**
 * How often the code is hashed before anything is made of it. A code has 55 bits: whoever has the roster of a stolen phone
 * can try all of them, and each try costs this much.
 */
export const rosterIterations = 10_000

const nonceBytes = 12
const sealedInSteps = 256
const stretch = promisify(pbkdf2)

/**
 * The keys that `code` opens in the roster whose salt is `salt`: PBKDF2-HMAC-SHA-256 (RFC 8018) of both in UTF-8, then a
 * key for each use by HKDF-SHA-256 (RFC 5869) without a salt of its own. A phone makes the same with WebCrypto;
 * `roster-vectors.json` holds both to it.
 */
export async function keysOf(code: VoucherCode, salt: string): Promise<CodeKeys> {
  const stretched = await stretch(code, salt, rosterIterations, 32, 'sha256')
  const derived = (use: string, bytes: number) => Buffer.from(hkdfSync('sha256', stretched, '', use, bytes))
  return { lookup: derived('saka roster lookup', 16).toString('base64url'), child: derived('saka roster child', 32) }
}

/**
 * `child` as JSON that only `key` opens: nonce, AES-256-GCM of it, and tag, in base64url. Spaces fill it up to a multiple of
 * 256 bytes, so that its length tells no name.
 */
export function sealChild(key: Buffer, child: RosterChild, nonce = randomBytes(nonceBytes)): string {
  const json = Buffer.from(JSON.stringify(child))
  const text = Buffer.alloc(Math.ceil(json.length / sealedInSteps) * sealedInSteps, ' ')
  json.copy(text)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}
