import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { verifyCopiedTrail } from '../audit/index.ts'
import type { OpenDb } from '../platform/db/index.ts'
import type { Reader, Tables } from '../schema.ts'
import { countOf } from '../shared/plurals.ts'
import { type BackupEngine, loadBackup, notWhole } from './engine.ts'
import { countStrayMovements, countTornVouchers, countWrongBalances, listUnbalancedKits } from './repository.ts'

/** The names of what is being made: nobody takes it for a backup. */
const unfinished = /^\.saka-(part|try)-/
const abandonedMilliseconds = 24 * 60 * 60_000

/**
 * Loads a backup into a database of its own below `folder`, proves that it is whole, hands it to `use`, and throws it away. Whole:
 * the engine finds nothing wrong, the books balance, and the trail is the one that was sealed. Throws an `OperatorError`.
 */
export async function tryOut<Result>(
  { openFile }: BackupEngine,
  backup: string,
  folder: string,
  use: (loaded: { db: OpenDb<Tables>; folder: string }, verified: { events: number }) => Promise<Result>,
): Promise<Result> {
  clearAbandoned(folder)
  const own = mkdtempSync(join(folder, '.saka-try-'))
  try {
    const db = loadBackup(backup, own, openFile)
    try {
      return await use({ db, folder: own }, await verify(db.read))
    } finally {
      await db.close()
    }
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
}

/** Proves that the books of a database balance and that its trail is the one that was sealed; `what` it is, in a word. Answers how many sealed events that has. Throws an `OperatorError`. */
export async function verify(read: Reader, what: 'backup' | 'copy' = 'backup'): Promise<{ events: number }> {
  const found = (await listUnbalancedKits(read)).map(
    ({ kitId, total }) => `the balances of kit ${kitId} sum to ${total}, not to 0`,
  )
  const counts = [
    [await countWrongBalances(read), 'balance', 'not the sum of the movements'],
    [await countStrayMovements(read), 'end', 'of movements without a balance'],
    [await countTornVouchers(read), 'voucher', 'at odds with the redemptions'],
  ] as const
  for (const [count, what, wrong] of counts) if (count > 0) found.push(`${countOf(count, what)} ${wrong}`)
  const trail = await verifyCopiedTrail(read)
  if (trail.firstBroken) found.push(`in the trail: ${trail.firstBroken.detail}`)
  if (found.length > 0) throw notWhole(found, what)
  return { events: trail.events }
}

/** What a backup or a restore that was killed left behind, a day ago or longer: one that is being made now looks the same. */
function clearAbandoned(folder: string): void {
  for (const name of readdirSync(folder).filter((name) => unfinished.test(name))) {
    const path = join(folder, name)
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    if (age > abandonedMilliseconds) rmSync(path, { recursive: true, force: true })
  }
}
