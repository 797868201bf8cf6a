import type { CopyEndpoint, CopySession } from '../platform/db/index.ts'
import type { Tables } from '../schema.ts'
import { copyRows, isSame, refillFrom } from './copy.ts'
import { refuseUnlessOfThisVersion } from './copy-database.ts'
import { type BackupEngine, loadedIn, notWhole, type OpenFile } from './engine.ts'

type Endpoint = CopyEndpoint<Tables>
type Session = CopySession<Tables>

/**
 * PostgreSQL: a backup is a SQLite file with the same rows, which either engine takes back. A restore changes the rows in one
 * transaction, in the tables that are there. `file` is what the database would be called as one.
 */
export function postgresEngine(
  file: string,
  database: Endpoint,
  openFile: OpenFile,
  fileEndpoint: (file: string) => Endpoint,
): BackupEngine {
  async function copyAll(from: Session, into: Session): Promise<void> {
    const different = (await copyRows(from, into, database)).filter((table) => !isSame(table))
    if (different.length > 0) throw notWhole(different.map(({ name }) => `${name} would not be what it was`))
    await into.commit()
  }

  return {
    file,
    openFile,
    dump: async (target) => {
      await refuseUnlessOfThisVersion(database)
      await refillFrom(database, 'shared', fileEndpoint(target), copyAll)
    },
    holdsSomething: () => database.holdsSomething(),
    openFormer: () => database.openSession('shared'),
    withExclusiveLock: (work) => database.withExclusiveLock(work),
    replace: async (folder, asideAs) => {
      const aside = (await database.holdsSomething()) ? `${file}.${asideAs}` : undefined
      await refillFrom(fileEndpoint(loadedIn(folder)), 'exclusive', database, async (loaded, rows) => {
        // In the transaction that takes them out: nothing comes between. It stays whatever happens then: a commit whose answer
        // was lost may have been one.
        if (aside) await fileEndpoint(aside).refill((into) => copyAll(rows, into))
        await copyAll(loaded, rows)
      })
      return aside
    },
  }
}
