import { randomBytes } from 'node:crypto'
import { OperatorError } from '../operator-error.ts'
import { keptKey } from './kept-key.ts'

/**
 * The key that stored secrets are sealed with: the one that is given, else the one beside the database, which is made at the
 * first start and which its owner alone can read. Of two starts at once one makes it.
 */
export function secretKeyOf(given: string | undefined, databaseFile: string): string {
  if (given) return given
  const file = `${databaseFile}.key`
  const key = keptKey(file, () => randomBytes(32).toString('base64url')).trim()
  if (key.length < 32)
    throw new OperatorError(
      `${file} holds no key. Restore it from a backup, or delete it: authenticator apps are then set up anew.`,
    )
  return key
}
