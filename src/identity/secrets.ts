import { createHash, randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { refuse } from '../shared/problem.ts'
import { worstPasswords } from './passwords/common-passwords.ts'
import { checkPassword, normalPassword } from './passwords/rules.ts'

/** What a secret begins with, by what it is: who finds one somewhere knows what to end. */
export type SecretKind = 'session' | 'browser' | 'link' | 'key' | 'device' | 'setup'

/** A new secret with 256 random bits. It is shown once; only its hash is stored. */
export function newSecret(kind: SecretKind): string {
  return `saka_${kind}_${randomBytes(32).toString('base64url')}`
}

/** Whether `text` is of the form of a secret by which somebody is known: that of {@link newSecret}, and no longer. */
export function isCredential(text: string): boolean {
  return /^saka_(session|key|device)_[\w-]{43}$/.test(text)
}

/** What a secret is stored and looked up as: SHA-256, enough for a text that cannot be guessed. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** What a password is stored as: argon2id with the parameters of OWASP's Password Storage Cheat Sheet. */
function hashPassword(password: string): Promise<string> {
  return hash(normalPassword(password), { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
}

/** What a new password of `owner` is stored as. Raises `weak_password`. */
export async function hashNewPassword(password: string, owner: { email: string; name: string }): Promise<string> {
  const worst = await worstPasswords()
  refuse(checkPassword(password, owner, (text) => worst.has(text)))
  return hashPassword(password)
}

/** The hash of a password that nobody has, of the parameters above. A test holds it to them. */
const decoy = '$argon2id$v=19$m=19456,t=2,p=1$2Jg2hT6oW0AgCP3IKCnuzg$pc7A81FBropYOZFyVa/3/R2wvrmpD95CyBYHDCbSZds'

/**
 * Whether `password` is the one stored as `stored`. The same work is done where there is none, so that nobody learns who has
 * an account; `check` is that work.
 */
export async function verifyPassword(
  password: string,
  stored: string | null | undefined,
  check: (stored: string, password: string) => Promise<boolean> = verify,
): Promise<boolean> {
  const matches = await check(stored ?? decoy, normalPassword(password))
  return matches && Boolean(stored)
}
