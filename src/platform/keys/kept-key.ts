import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'

/** The text of the key in `file`, which its owner alone can read and which `make` makes if it is not there. */
export function keptKey(file: string, make: () => string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    keepKey(file, make())
    return readFileSync(file, 'utf8')
  }
}

/** Writes the key whole before it has its name: of two who start at once one makes it, and both use that. */
function keepKey(file: string, text: string): void {
  const made = `${file}.${randomUUID()}`
  const open = openSync(made, 'wx', 0o600)
  try {
    writeSync(open, `${text}\n`)
    fsyncSync(open)
    linkSync(made, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    closeSync(open)
    rmSync(made, { force: true })
  }
}
