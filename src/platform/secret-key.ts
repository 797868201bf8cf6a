import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { InvalidConfig } from './config.ts'

/**
 * The key that stored secrets are sealed with: the one that is given, else the one beside the database, which is made at the
 * first start and which its owner alone can read. Of two starts at once one makes it.
 */
export function secretKeyOf(given: string | undefined, databaseFile: string): string {
  if (given) return given
  const file = `${databaseFile}.key`
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const key = readFileSync(file, 'utf8').trim()
  if (key.length < 32)
    throw new InvalidConfig([
      `${file} holds no key. Restore it from a backup, or delete it: authenticator apps are then set up anew.`,
    ])
  return key
}
