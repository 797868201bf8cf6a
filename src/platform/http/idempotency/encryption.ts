import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** Keeps a text so that only who holds a secret can read it. */
export interface Seal {
  /** Names the secret without telling it. */
  readonly name: string
  /** Tells one text from another to who holds the secret, and nothing to anybody else, however few texts there may be. */
  fingerprint(text: string): string
  close(text: string): string
  /** Throws for what was not closed with this seal. */
  open(sealed: string): string
}

const nonceBytes = 12
const tagBytes = 16

/**
 * The seal of a caller's own session, key or device token, of which the database holds no more than a hash: AES-256-GCM
 * (NIST SP 800-38D) under keys derived with HKDF (RFC 5869).
 */
export function sealOf(secret: string): Seal {
  const derived = (use: string) => Buffer.from(hkdfSync('sha256', secret, '', `saka ${use}`, 32))
  const key = derived('answer')
  return {
    name: derived('name').toString('base64url'),
    fingerprint: (text) => createHmac('sha256', derived('fingerprint')).update(text).digest('base64url'),
    close(text) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const closed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return closed.toString('base64url')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
      decipher.setAuthTag(bytes.subarray(-tagBytes))
      return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString()
    },
  }
}
