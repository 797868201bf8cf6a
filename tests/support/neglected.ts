import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config.ts'
import type { ServiceProcess } from './process.ts'

/** A folder with a database whose nightly work has been waiting since long ago: whoever does jobs begins with it. */
export async function neglectedDatabase(t: Test): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'saka-neglected-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const deps = await openDeps(readConfig({ DATABASE_URL: `file:${join(folder, 'saka.db')}`, LOG_LEVEL: 'silent' }))
  const long = '2023-09-01T00:00:00.000Z'
  await deps.db.transact(async ({ q, t }) => {
    const run = { id: deps.newId(), job: 'forget-answers', status: 'done' as const, figures: {} }
    await q.insert(t.jobRuns).values({ ...run, startedAt: long, endedAt: long, leasedUntil: long })
  })
  deps.close()
  return folder
}

/** Whether a process has done the work that was waiting. */
export const didJobs = ({ log }: ServiceProcess) =>
  log.some(({ msg, job }) => msg === 'job done' && job === 'forget-answers')

/** Waits, a minute at most, until it is so. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50)))
    if (await isSo()) return
  throw new Error(`waited in vain until ${what}`)
}
