import { createHash, randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { refuse } from '../kernel/problem.ts'
import { commonPasswords } from './common-passwords.ts'
import { checkPassword, normalPassword } from './password-rules.ts'

/** What a secret begins with, by what it is: who finds one somewhere knows what to end. */
export type SecretKind = 'session' | 'key' | 'device' | 'setup'

/** A new secret with 256 random bits. It is shown once; only its hash is stored. */
export function newSecret(kind: SecretKind): string {
  return `saka_${kind}_${randomBytes(32).toString('base64url')}`
}

/** What a secret is stored and looked up as: SHA-256, enough for a text that cannot be guessed. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** What a password is stored as: argon2id with the parameters of OWASP's Password Storage Cheat Sheet. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalPassword(password), { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
}

/** What a new password of `owner` is stored as. Raises `weak_password`. */
export async function hashNewPassword(password: string, owner: { email: string; name: string }): Promise<string> {
  const common = await commonPasswords()
  refuse(checkPassword(password, owner, (text) => common.has(text)))
  return hashPassword(password)
}

let decoy: Promise<string> | undefined

/** Whether `password` is the one stored as `stored`. Takes as long where there is none, so that nobody learns who has an account. */
export async function verifyPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  decoy ??= hashPassword('no password at all')
  const matches = await verify(stored ?? (await decoy), normalPassword(password))
  return matches && Boolean(stored)
}
