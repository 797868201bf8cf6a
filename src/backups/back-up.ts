import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Config } from '../platform/config/config.ts'
import { syncPath } from '../platform/db/index.ts'
import { OperatorError } from '../platform/operator-error.ts'
import type { Clock } from '../shared/time.ts'
import type { BackupEngine } from './engine.ts'
import { type Backup, backupName, backupsAmong, outdated } from './rules.ts'
import { tryOut } from './verify.ts'

/**
 * Makes a backup in `folder` while the service goes on: everything that was answered before it began is in it. It has its name
 * once it was loaded and found whole, and is on the disk by then; before that, whatever ends this leaves nothing that could be
 * taken for one. Answers it with how many sealed events its trail has. Throws an `OperatorError` where the copy is not whole.
 */
export async function backUp(engine: BackupEngine, clock: Clock, folder: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const name = backupName(clock.now())
  const part = join(folder, `.saka-part-${randomUUID()}`)
  try {
    await engine.dump(part)
    const { events } = await tryOut(engine, part, folder, async (_loaded, verified) => verified)
    const file = resolve(folder, name)
    giveName(part, file)
    return { file, bytes: statSync(file).size, events }
  } finally {
    rmSync(part, { force: true })
  }
}

/** The newest backup in `folder` and how large it is; undefined where there is none. */
export function findNewest(folder: string): (Backup & { bytes: number }) | undefined {
  if (!existsSync(folder)) return undefined
  const [newest] = backupsAmong(readdirSync(folder))
  return newest && { ...newest, bytes: statSync(join(folder, newest.name)).size }
}

/** Removes the backups in `folder` that are no longer kept, and answers their names. Other files stay. */
export function thinOut(folder: string, config: Config): string[] {
  const { backupDaily: daily, backupWeekly: weekly, backupMonthly: monthly, timeZone } = config
  const old = outdated(backupsAmong(readdirSync(folder)), { daily, weekly, monthly }, timeZone)
  for (const { name } of old) rmSync(join(folder, name))
  return old.map(({ name }) => name)
}

/** Whoever makes two in one second gets one. */
function giveName(part: string, file: string): void {
  try {
    linkSync(part, file)
  } catch (error) {
    if (existsSync(file)) throw new OperatorError(`${file} is there already. Try again in a second.`)
    if (!/^(EPERM|ENOTSUP|ENOSYS)$/.test(String((error as NodeJS.ErrnoException).code))) throw error
    // A file system that knows one name for each file.
    renameSync(part, file)
  }
  syncPath(dirname(file))
}
