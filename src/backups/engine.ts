import { chmodSync, constants, copyFileSync, existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  type CopyEndpoint,
  type CopySession,
  checkSqlite,
  copySqlite,
  type OpenDb,
  settleSqlite,
  syncPath,
} from '../platform/db/index.ts'
import { OperatorError } from '../platform/operator-error.ts'
import type { Tables } from '../schema.ts'

/** Opens a database file, at this version's tables. */
export type OpenFile = (file: string) => OpenDb<Tables>

/** How one engine is backed up and restored. A backup is a database file, whatever the engine. */
export interface BackupEngine {
  /** The database's file, or what it would be called as one: a backup is loaded in its folder, and the former database kept there. */
  file: string
  openFile: OpenFile
  /** Writes the whole database, as of one moment, into a new file. */
  dump(target: string): Promise<void>
  /** Whether there is a database that a restore would replace. */
  holdsSomething(): Promise<boolean>
  /** Opens what is there to be read, whatever version made it. */
  openFormer(): Promise<CopySession<Tables>>
  /** Does `work` while no service has the database open. Throws `DatabaseInUse` where one has. */
  withExclusiveLock<Result>(work: () => Promise<Result>): Promise<Result>
  /** Puts what was loaded in `folder` in the place of the database, in one step; answers the file where that one is kept from now on, if there was one. */
  replace(folder: string, asideAs: string): Promise<string | undefined>
}

/** SQLite: a backup could be opened as it is. `endpoint` is the same file as one end of a copy. */
export function sqliteEngine(file: string, endpoint: CopyEndpoint<Tables>, openFile: OpenFile): BackupEngine {
  const settle = () => {
    try {
      if (existsSync(file)) settleSqlite(file)
    } catch (error) {
      // One that is broken may be replaced.
      if (!isBroken(error)) throw error
    }
  }
  return {
    file,
    openFile,
    dump: async (target) => copySqlite(file, target),
    holdsSomething: async () => existsSync(file) && statSync(file).size > 0,
    openFormer: () => endpoint.openSession('shared'),
    withExclusiveLock: async (work) => {
      settle()
      return work()
    },
    replace: async (folder, asideAs) => {
      settleSqlite(loadedIn(folder))
      syncPath(loadedIn(folder))
      settle()
      const aside = existsSync(file) ? `${file}.${asideAs}` : undefined
      if (aside) keepAside(file, aside)
      // In one step: whoever starts meanwhile finds the one or the other.
      renameSync(loadedIn(folder), file)
      rmSync(`${file}-shm`, { force: true })
      syncPath(dirname(file))
      return aside
    },
  }
}

/** Where {@link loadBackup} loads to. */
export const loadedIn = (folder: string) => join(folder, 'loaded.db')

/** Loads a backup into `folder`, once SQLite finds nothing wrong with it, and brings it to this version's tables. The caller closes it. Throws an `OperatorError`. */
export function loadBackup(backup: string, folder: string, openFile: OpenFile): OpenDb<Tables> {
  const target = loadedIn(folder)
  copyFileSync(backup, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  chmodSync(target, 0o600)
  const faults = faultsOf(target)
  if (faults.length > 0) throw notWhole(faults)
  return openFile(target)
}

/** `what`, a backup or a copy, has these faults. */
export function notWhole(faults: string[], what = 'backup'): OperatorError {
  return new OperatorError(`The ${what} is not whole:\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
}

/** Keeps a database under another name too; of one that is broken also the write-ahead log. */
function keepAside(file: string, aside: string): void {
  try {
    linkSync(file, aside)
  } catch {
    // One that was killed in this second has kept it already. Otherwise: a file system that knows one name for each file.
    const isKept = existsSync(aside) && statSync(aside).ino === statSync(file).ino
    if (!isKept) copyFileSync(file, aside, constants.COPYFILE_EXCL)
  }
  if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${aside}-wal`)
}

function faultsOf(file: string): string[] {
  try {
    return checkSqlite(file)
  } catch (error) {
    if (isBroken(error)) return [(error as Error).message]
    throw error
  }
}

const isBroken = (error: unknown) => /^SQLITE_(CORRUPT|NOTADB)/.test(String((error as { code?: string }).code))
