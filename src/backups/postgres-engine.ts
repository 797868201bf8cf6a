import { dirname } from 'node:path'
import type { OpenDb, WholeDatabase, WholeRows } from '../platform/db/index.ts'
import type { Tables } from '../schema.ts'
import { copyRows, isSame } from './copy.ts'
import { between, heldAlone, refuseUnlessOfThisVersion } from './copy-database.ts'
import { type BackupEngine, loadedIn, loadFile } from './engine.ts'
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
  async function keep(from: WholeRows<Tables>, into: WholeRows<Tables>): Promise<void> {
    const different = (await copyRows(from, into, database)).filter((table) => !isSame(table))
    if (different.length > 0) throw notWhole(different.map(({ name }) => `${name} would not be what it was`))
    await into.commit()
  }

  return {
    ending: 'db',
    folder: dirname(file),
    dump: async (target) => {
      await refuseUnlessOfThisVersion(database)
      const source = await database.openRows('read')
      try {
        await wholeFile(target).refill((into) => keep(source, into))
      } finally {
        await source.close()
      }
    },
    load: async (dump, folder) => loadFile(dump, folder, openFile),
    holdsSomething: () => database.holdsSomething(),
    openFormer: () => database.openRows('read'),
    whileUnused: (work) => heldAlone(database, work),
    replace: async (folder, asideAs) => {
      const aside = (await database.holdsSomething()) ? `${file}.${asideAs}` : undefined
      await between(wholeFile(loadedIn(folder)), database, async (loaded, rows) => {
        // In the transaction that takes them out: nothing comes between. It stays whatever happens then: a commit whose answer
        // was lost may have been one.
        if (aside) await wholeFile(aside).refill((into) => keep(rows, into))
        await keep(loaded, rows)
      })
      return aside
    },
  }
}
