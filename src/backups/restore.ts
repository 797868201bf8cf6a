import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { checkpointFile, recordEvent } from '../audit/index.ts'
import type { Deps } from '../deps.ts'
import { systemActor } from '../identity/index.ts'
import { openSigner } from '../platform/keys/signing-key.ts'
import { OperatorError } from '../platform/operator-error.ts'
import type { BackupEngine } from './engine.ts'
import { type ErasedSince, eraseSince } from './erased-since.ts'
import { tryOut } from './verify.ts'

type RestoreDeps = Pick<Deps, 'config' | 'clock' | 'newId'>

/** What a restore did, and what is left to do. */
export interface Restored {
  events: number
  /** What had been erased since the backup was made and was erased in it too, and what reminders had been ended. */
  erasedSince: Omit<ErasedSince, 'toDo'>
  /** Where the former database is kept; undefined where there was none. */
  former: string | undefined
  /** What to do before the service is started, in sentences. */
  toDo: string[]
}

/**
 * Puts a backup in the place of the database: loads it into a folder, proves it whole, writes the restore into its trail, erases in it what
 * was erased in the former database, and changes the two in one step. The former database is kept. Throws an `OperatorError` where there is a database and it is not told to
 * replace it (`force`), where a service has it open, and where the backup is not whole; then nothing has changed.
 */
export async function restore(
  engine: BackupEngine,
  deps: RestoreDeps,
  { file, force }: { file: string; force: boolean },
): Promise<Restored> {
  if (!existsSync(file)) throw new OperatorError(`There is no file ${file}.`)
  if ((await engine.holdsSomething()) && !force)
    throw new OperatorError(
      'There is a database already. Say --force to put the backup in its place; it is kept beside.',
    )
  return engine.withExclusiveLock(() => restoreLocked(engine, deps, file))
}

async function restoreLocked(engine: BackupEngine, deps: RestoreDeps, file: string): Promise<Restored> {
  const folder = dirname(engine.file)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const asideAs = `before-restore-${deps.clock.now().replaceAll(/[:.]/g, '')}`
  return tryOut(engine, resolve(file), folder, async (loaded, { events }) => {
    const { db } = loaded
    const keysToDo = missingKeys(deps)
    const signer = openSigner(deps.config.auditSigningKey, `${resolve(deps.config.databaseFile)}.audit-key`)
    const facts = { backup: basename(file), events }
    await db.transact((tx) => recordEvent({ ...deps, signer }, tx, systemActor, 'backup.restored', deps.newId(), facts))
    const { toDo, ...erasedSince } = await eraseSince(engine, { ...deps, signer, db, truncateWal: db.truncateWal })
    await db.close()
    const former = await engine.replace(loaded.folder, asideAs)
    return { events, erasedSince, former, toDo: [...putCopiesAside(deps, asideAs), ...toDo, ...keysToDo] }
  })
}

/** The checkpoints that were kept are those of the former trail: left in place, they would say that this one was cut off. */
function putCopiesAside({ config }: Pick<Deps, 'config'>, asideAs: string): string[] {
  const copies = checkpointFile(config)
  if (!existsSync(copies)) return []
  const aside = `${copies}.${asideAs}`
  try {
    renameSync(copies, aside)
    return [`Tell the auditor: the trail was set back, and the checkpoints kept until now are in ${aside}.`]
  } catch {
    return [`Move ${copies} elsewhere, and tell the auditor that the trail was set back.`]
  }
}

/** Keys are in no backup. Where they are not here either, the first start makes others. */
function missingKeys({ config }: Pick<Deps, 'config'>): string[] {
  const keys = [
    [config.auditSigningKey, 'audit-key', 'the trail is signed with another key from now on'],
    [config.secretKey, 'key', 'authenticator apps have to be set up anew'],
  ] as const
  return keys.flatMap(([given, ending, otherwise]) => {
    const file = `${resolve(config.databaseFile)}.${ending}`
    return given || existsSync(file) ? [] : [`Put the key back that was in ${file}; otherwise ${otherwise}.`]
  })
}
