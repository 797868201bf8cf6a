import { chmodSync, constants, copyFileSync, existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  checkSqlite,
  copySqlite,
  DatabaseInUse,
  type OpenDb,
  settleSqlite,
  syncPath,
  type WholeDatabase,
  type WholeRows,
} from '../platform/db/index.ts'
import type { Tables } from '../schema.ts'
import { BackupRefused, notWhole } from './rules.ts'

/** How one engine is copied and put back. Another engine is another of these, and nothing above it changes. */
export interface BackupEngine {
  /** What the names of its dumps end in. */
  ending: string
  /** Where a database is loaded that is to take the place of the one in use. */
  folder: string
  /** Writes the whole database, as of one moment, into a new file. */
  dump(target: string): Promise<void>
  /**
   * Loads a dump into a database of its own, in `folder` or under its name, at this version's tables. The caller closes it.
   * Throws `BackupRefused` with what the engine itself finds wrong.
   */
  load(dump: string, folder: string): Promise<OpenDb<Tables>>
  /** Whether there is a database that a restore would replace. */
  holdsSomething(): Promise<boolean>
  /** Opens what is there to be read, whatever version made it. */
  openFormer(): Promise<WholeRows<Tables>>
  /** Does `work` while no service has the database open. Throws `BackupRefused` where one has. */
  whileUnused<Result>(work: () => Promise<Result>): Promise<Result>
  /** Puts what was loaded in `folder` in the place of the database, in one step; answers the file where that one is kept from now on, if there was one. */
  replace(folder: string, asideAs: string): Promise<string | undefined>
}

/** SQLite: a dump is a database file that could be opened as it is. `open` brings one to this version's tables; `whole` is `file` as a whole. */
export function sqliteEngine(
  file: string,
  whole: WholeDatabase<Tables>,
  open: (file: string) => OpenDb<Tables>,
): BackupEngine {
  const refuseIfInUse = () => {
    if (!existsSync(file)) return
    try {
      settleSqlite(file)
    } catch (error) {
      if (error instanceof DatabaseInUse)
        throw new BackupRefused(`A service has ${file} open. Stop it, and every other program that reads the file.`)
      // One that is broken may be replaced.
      if (!isBroken(error)) throw error
    }
  }
  return {
    ending: 'db',
    folder: dirname(file),
    dump: async (target) => copySqlite(file, target),
    load: async (dump, folder) => loadFile(dump, folder, open),
    holdsSomething: async () => existsSync(file) && statSync(file).size > 0,
    openFormer: () => whole.openRows('read'),
    whileUnused: async (work) => {
      refuseIfInUse()
      return work()
    },
    replace: async (folder, asideAs) => {
      settleSqlite(loadedIn(folder))
      syncPath(loadedIn(folder))
      refuseIfInUse()
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

/** Where {@link loadFile} loads to. */
export const loadedIn = (folder: string) => join(folder, 'loaded.db')

/** Loads a dump that is a database file into `folder`, once SQLite finds nothing wrong with it; `open` brings it to this version's tables. */
export function loadFile(dump: string, folder: string, open: (file: string) => OpenDb<Tables>): OpenDb<Tables> {
  const target = loadedIn(folder)
  copyFileSync(dump, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  chmodSync(target, 0o600)
  const faults = faultsOf(target)
  if (faults.length > 0) throw notWhole(faults)
  return open(target)
}

/** Keeps a database under another name too; of one that is broken also what was not in its file yet. */
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
