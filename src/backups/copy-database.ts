import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { checkpointFile, recordEvent } from '../audit/index.ts'
import type { Deps } from '../deps.ts'
import { systemActor } from '../identity/index.ts'
import type { Config } from '../platform/config/config.ts'
import { DatabaseInUse, type WholeDatabase, type WholeRows } from '../platform/db/index.ts'
import type { Tables } from '../schema.ts'
import { type CopiedTable, copyRows, isSame } from './copy.ts'
import { BackupRefused } from './rules.ts'
import { verify } from './verify.ts'

type Whole = WholeDatabase<Tables>
type Rows = WholeRows<Tables>
type Making = Pick<Deps, 'clock' | 'newId' | 'signer'>

/**
 * Copies everything of `from` into `to`, which is another engine's or another server's and holds nothing. Nobody works on either
 * meanwhile. Where any table would differ, or the copy is not whole, nothing is kept; `events` is how many sealed events the copied trail
 * has. The copy's trail tells where it came from and how much came, with what `making` makes events of. Throws
 * {@link BackupRefused} where the source is not of this version, something is in the target, either is in use, or what was
 * copied is not whole.
 */
export async function copyDatabase(
  from: Whole,
  to: Whole,
  making: Making | undefined,
): Promise<{ tables: CopiedTable[]; events: number }> {
  await refuseUnlessOfThisVersion(from)
  await refuseUnlessEmpty(to)
  return heldAlone(from, () => heldAlone(to, () => copyHeld(from, to, making)))
}

async function copyHeld(
  from: Whole,
  to: Whole,
  making: Making | undefined,
): Promise<{ tables: CopiedTable[]; events: number }> {
  // Again: a service may have come and gone before it was held.
  await refuseUnlessEmpty(to)
  return between(from, to, async (source, target) => {
    const tables = await copyRows(source, target, from)
    if (!tables.every(isSame)) return { tables, events: 0 }
    const { events } = await verify(target.tx, 'copy')
    const rows = tables.reduce((sum, table) => sum + table.from.rows, 0)
    const told = { from: from.engine, to: to.engine, tables: tables.length, rows, events }
    // In the transaction of the rows: no copy without it.
    if (making) await recordEvent(making, target.tx, systemActor, 'database.copied', making.newId(), told)
    await target.commit()
    return { tables, events }
  })
}

/** Opens both sides, the first to be read while nobody writes and the second to be filled, and closes them after `work`; what it did not commit is undone. */
export async function between<Result>(
  from: Whole,
  to: Whole,
  work: (source: Rows, target: Rows) => Promise<Result>,
): Promise<Result> {
  const source = await openAlone(from)
  try {
    return await to
      .refill((target) => work(source, target))
      .catch((error: unknown) => {
        throw inUse(to, error)
      })
  } finally {
    await source.close()
  }
}

async function openAlone(database: Whole): Promise<Rows> {
  return database.openRows('read alone').catch((error: unknown) => {
    throw inUse(database, error)
  })
}

async function refuseUnlessEmpty(database: Whole): Promise<void> {
  if (await database.holdsSomething())
    throw new BackupRefused(`${database.name} holds something. Name an empty database, or a new file.`)
}

/** Throws {@link BackupRefused} for a database that another version has made, or nobody. */
export async function refuseUnlessOfThisVersion(database: Whole): Promise<void> {
  if (await database.isOfThisVersion()) return
  throw new BackupRefused(
    `${database.name} is not there, or not at this version’s tables. Run saka migrate on it, or the version that made it.`,
  )
}

/** Does `work` while no service can open the database. Throws {@link BackupRefused} while one has it open. */
export async function heldAlone<Result>(database: Whole, work: () => Promise<Result>): Promise<Result> {
  const letGo = await database.holdAlone().catch((error: unknown) => {
    throw inUse(database, error)
  })
  try {
    return await work()
  } finally {
    await letGo()
  }
}

function inUse({ name }: Whole, error: unknown): unknown {
  if (!(error instanceof DatabaseInUse)) return error
  return new BackupRefused(`A service has ${name} open. Stop it, and every other program that works there.`)
}

/** A file that belongs to a database and is no part of it. */
export interface KeptBeside {
  from: string
  to: string
  /** What it is, in words. */
  what: string
  /** Whether another lies there, which may be a third database's. */
  isTaken: boolean
}

/** What lies beside the one database and belongs beside the other. What is there already, to the byte, is not named. */
export function keptBeside(from: Config, to: Config): KeptBeside[] {
  const beside = (config: Config, ending: string) => `${resolve(config.databaseFile)}.${ending}`
  const files = [
    { from: beside(from, 'key'), to: beside(to, 'key'), what: 'the key of authenticator apps' },
    { from: beside(from, 'audit-key'), to: beside(to, 'audit-key'), what: 'the key that signs the trail' },
    { from: checkpointFile(from), to: checkpointFile(to), what: 'the checkpoints that were kept' },
  ]
  return files
    .filter(({ from, to }) => from !== to && existsSync(from))
    .map((file) => ({ ...file, isTaken: existsSync(file.to) }))
    .filter(({ from, to, isTaken }) => !isTaken || !readFileSync(from).equals(readFileSync(to)))
}
