import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseInUse, settleSqlite, syncPath } from './copy.ts'

/** What SQLite's write-ahead log, its shared memory and its rollback journal are called. One that was left would be taken for a part of the next file. */
const companions = ['-wal', '-shm', '-journal']

/**
 * Has `write` make a database file under another name, `file` and `.part`, and renames it in one step where it answers that it
 * is whole. Otherwise, and where it throws, nothing is left of it; what a process left that was killed is overwritten. Throws
 * {@link DatabaseInUse} while another writes there, or where the place is not free (`isFree`) by then.
 */
export async function replaceDatabaseFile(
  file: string,
  write: (part: string) => Promise<boolean>,
  isFree: () => boolean,
): Promise<void> {
  const part = `${file}.part`
  clear(part)
  try {
    if (!(await write(part))) return
    settleSqlite(part)
    syncPath(part)
    if (existsSync(file)) settleSqlite(file)
    if (!isFree()) throw new DatabaseInUse(file)
    for (const ending of companions) rmSync(`${file}${ending}`, { force: true })
    renameSync(part, file)
    syncPath(dirname(file))
  } finally {
    remove(part)
  }
}

/** Takes away what is left of a file that nobody writes any more. */
function clear(part: string): void {
  try {
    if (existsSync(part)) settleSqlite(part)
  } catch (error) {
    // One that is broken may go.
    if (error instanceof DatabaseInUse) throw error
  }
  remove(part)
}

function remove(file: string): void {
  for (const ending of ['', ...companions]) rmSync(`${file}${ending}`, { force: true })
}
