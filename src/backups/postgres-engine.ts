import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { type OpenDb, settleSqlite, type WholeDatabase, type WholeRows } from '../platform/db/index.ts'
import type { Tables } from '../schema.ts'
import { copyRows, isSame } from './copy.ts'
import { between, heldAlone, refuseUnlessOfThisVersion } from './copy-database.ts'
import { type BackupEngine, loadedIn, loadFile, sync } from './engine.ts'
import { notWhole } from './rules.ts'

type Whole = WholeDatabase<Tables>

/** What a {@link postgresEngine} works with. */
export interface PostgresEngineOptions {
  database: Whole
  /** What the database would be called as a file: its folder is where a backup is loaded, and the former database kept. */
  file: string
  wholeFile: (file: string) => Whole
  openFile: (file: string) => OpenDb<Tables>
}

/**
 * PostgreSQL: a dump is a SQLite file with the same rows, which either engine takes back. It is tried out as SQLite's are. A restore
 * changes the rows in one transaction, in the tables that are there.
 */
export function postgresEngine({ database, file, wholeFile, openFile }: PostgresEngineOptions): BackupEngine {
  /** Writes all rows into a new file, which is on the disk then, with none beside it. */
  async function write(source: WholeRows, target: string): Promise<void> {
    const whole = wholeFile(target)
    try {
      await (await whole.open()).close()
      const into = await whole.openRows('fill')
      try {
        await keep(source, into)
      } finally {
        await into.close()
      }
      settleSqlite(target)
      sync(target)
    } catch (error) {
      for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(`${target}${ending}`, { force: true })
      throw error
    }
  }

  async function keep(from: WholeRows, into: WholeRows): Promise<void> {
    const different = (await copyRows(from, into, database)).filter((table) => !isSame(table))
    if (different.length > 0) throw notWhole(different.map(({ name }) => `${name} would not be what it was`))
  }

  return {
    ending: 'db',
    folder: dirname(file),
    dump: async (target) => {
      await refuseUnlessOfThisVersion(database)
      const source = await database.openRows('read')
      try {
        await write(source, target)
      } finally {
        await source.close()
      }
    },
    load: async (dump, folder) => loadFile(dump, folder, openFile),
    holdsSomething: () => database.holdsSomething(),
    whileUnused: (work) => heldAlone(database, work),
    replace: async (folder, asideAs) => {
      const aside = (await database.holdsSomething()) ? `${file}.${asideAs}` : undefined
      await (await database.open()).close()
      await between(wholeFile(loadedIn(folder)), 'read alone', database, async (loaded, rows) => {
        // In the transaction that takes them out: nothing comes between. It stays whatever happens then: a commit whose answer
        // was lost may have been one.
        if (aside) await write(rows, aside)
        await keep(loaded, rows)
      })
      return aside
    },
  }
}
