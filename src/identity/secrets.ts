import { createHash, randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { refuse } from '../shared/problem.ts'
import { checkPassword, normalPassword } from './passwords/rules.ts'

/** What a token begins with, by what it is for: who finds one somewhere knows what to revoke. */
export type TokenKind = 'session' | 'browser' | 'link' | 'key' | 'device' | 'setup'

/** A new token with 256 random bits. It is shown once; only its hash is stored. */
export function newToken(kind: TokenKind): string {
  return `saka_${kind}_${randomBytes(32).toString('base64url')}`
}

/** Whether `text` is of the form of a token that authenticates somebody: that of {@link newToken}, and no longer. */
export function isAccessToken(text: string): boolean {
  return /^saka_(session|key|device)_[\w-]{43}$/.test(text)
}

/** What a token is stored and looked up as: SHA-256, enough for a text that cannot be guessed. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

/** What a password is stored as: argon2id with the parameters of OWASP's Password Storage Cheat Sheet. */
function hashPassword(password: string): Promise<string> {
  return hash(normalPassword(password), { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
}

let common: Promise<ReadonlySet<string>> | undefined

/**
 * The 49,000 passwords that are seen most often in breaches, in lower case: the list of zxcvbn-ts (MIT), from SecLists and
 * others. Read when the first password is set; it takes 8 MB.
 */
function commonPasswords(): Promise<ReadonlySet<string>> {
  common ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common'] as string[]),
  )
  return common
}

/** What a new password of `owner` is stored as. Raises `weak_password`. */
export async function hashNewPassword(password: string, owner: { email: string; name: string }): Promise<string> {
  const commonOnes = await commonPasswords()
  refuse(checkPassword(password, owner, (text) => commonOnes.has(text)))
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
