import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setPriority } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import type { Deps } from '../src/deps.ts'
import { isPostgres } from '../src/platform/config/config.ts'
import { projectRoot } from '../src/platform/project-root.ts'
import type { CounterName, RunCounters, ScheduledJob } from '../src/scheduler/index.ts'

const main = join(projectRoot, 'src/main.ts')

/** Makes a backup every night where `BACKUP_FOLDER` says, in a process of its own: copying and proving it must hold nobody up. */
export const backUpJob = {
  name: 'back-up',
  meaning: {
    el: 'Φτιάχνει κάθε νύχτα ένα αντίγραφο ασφαλείας, το δοκιμάζει και διαγράφει τα παλιά.',
    en: 'Makes a backup every night, tries it out, and removes old ones.',
  },
  pattern: '20 4 * * *',
  run: async ({ config }, { signal }) => {
    const { backupFolder } = config
    return backupFolder ? { made: 1, ...(await makeBackup(config, backupFolder, signal)) } : { made: 0 }
  },
} satisfies ScheduledJob<CounterName>

async function makeBackup(config: Deps['config'], folder: string, signal: AbortSignal): Promise<RunCounters> {
  const child = spawn(process.execPath, [...process.execArgv, main, 'backup', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    env: {
      ...process.env,
      DATABASE_URL: isPostgres(config.databaseUrl) ? config.databaseUrl : `file:${resolve(config.databaseFile)}`,
      DATA_FOLDER: resolve(config.dataFolder),
      DATABASE_READ_URL: '',
      BACKUP_FOLDER: resolve(folder),
      BACKUP_DAILY: String(config.backupDaily),
      BACKUP_WEEKLY: String(config.backupWeekly),
      BACKUP_MONTHLY: String(config.backupMonthly),
      TIME_ZONE: config.timeZone,
    },
  })
  if (child.pid) setPriority(child.pid, 10)
  const [said, complained, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (code !== 0) throw new Error(complained.trim() || `the backup ended with ${code}`)
  const { bytes, events, removed } = JSON.parse(said) as Record<string, number>
  return { bytes: bytes!, events: events!, removed: removed! }
}
