import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { checkpointFile, recordEvent } from '../audit/index.ts'
import type { Deps } from '../deps.ts'
import { systemActor } from '../identity/index.ts'
import type { Config } from '../platform/config/config.ts'
import type { CopyEndpoint } from '../platform/db/index.ts'
import { OperatorError } from '../platform/operator-error.ts'
import type { Tables } from '../schema.ts'
import { type CopiedTable, copyRows, isSame, refillFrom } from './copy.ts'
import { verify } from './verify.ts'

type Endpoint = CopyEndpoint<Tables>
type Making = Pick<Deps, 'clock' | 'newId' | 'signer'>

/** What a copy came to: the tables on both sides, and how many sealed events the copied trail has. */
export interface CopiedDatabase {
  tables: CopiedTable[]
  events: number
}

/**
 * Copies everything of `from` into `to`, which is another engine's or another server's and holds nothing. Nobody works on either
 * meanwhile. Where any table would differ, or the copy is not whole, nothing is kept. The copy's trail tells where it came from and how
 * much came, with what `making` makes events of. Throws an `OperatorError` where the source is not of this version, something is in the
 * target, either is in use, or what was copied is not whole.
 */
export async function copyDatabase(from: Endpoint, to: Endpoint, making: Making | undefined): Promise<CopiedDatabase> {
  await refuseUnlessOfThisVersion(from)
  await refuseUnlessEmpty(to)
  return from.withExclusiveLock(() =>
    to.withExclusiveLock(async () => {
      // Again: a service may have come and gone before the lock was taken.
      await refuseUnlessEmpty(to)
      return refillFrom(from, 'exclusive', to, async (source, target) => {
        const tables = await copyRows(source, target, from)
        if (!tables.every(isSame)) return { tables, events: 0 }
        const { events } = await verify(target.tx, 'copy')
        // In the transaction of the rows: no copy without it.
        const rows = tables.reduce((sum, table) => sum + table.from.rows, 0)
        const change = { from: from.engine, to: to.engine, tables: tables.length, rows, events }
        if (making) await recordEvent(making, target.tx, systemActor, 'database.copied', making.newId(), change)
        await target.commit()
        return { tables, events }
      })
    }),
  )
}

async function refuseUnlessEmpty(database: Endpoint): Promise<void> {
  if (await database.holdsSomething())
    throw new OperatorError(`${database.name} holds something. Name an empty database, or a new file.`)
}

/** Throws an `OperatorError` for a database that another version has made, or nobody. */
export async function refuseUnlessOfThisVersion(database: Endpoint): Promise<void> {
  if (await database.isOfThisVersion()) return
  throw new OperatorError(
    `${database.name} is not there, or not at this version’s tables. Run saka migrate on it, or the version that made it.`,
  )
}

/** A file that belongs to a database and is no part of it. */
export interface CompanionFile {
  from: string
  to: string
  /** What it is, in words. */
  what: string
  /** Whether another lies there, which may be a third database's. */
  isTaken: boolean
}

/** The files of the one database that the other needs too. What is there already, to the byte, is not named. */
export function companionFiles(from: Config, to: Config): CompanionFile[] {
  const companion = (config: Config, ending: string) => `${resolve(config.databaseFile)}.${ending}`
  const files = [
    { from: companion(from, 'key'), to: companion(to, 'key'), what: 'the key of authenticator apps' },
    { from: companion(from, 'audit-key'), to: companion(to, 'audit-key'), what: 'the key that signs the trail' },
    { from: checkpointFile(from), to: checkpointFile(to), what: 'the checkpoints that were kept' },
  ]
  return files
    .filter(({ from, to }) => from !== to && existsSync(from))
    .map((file) => ({ ...file, isTaken: existsSync(file.to) }))
    .filter(({ from, to, isTaken }) => !isTaken || !readFileSync(from).equals(readFileSync(to)))
}
