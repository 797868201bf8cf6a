import type { Test } from 'tap'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { newDatabase } from './engine.ts'
import { temporaryFolder } from './folder.ts'
import type { ServiceProcess } from './process.ts'

/**
 * The settings that name a database whose nightly work has been waiting since long ago: whoever does jobs begins with it. What
 * the service puts on the disk is in `DATA_FOLDER`.
 */
export async function neglectedDatabase(t: Test): Promise<Record<string, string>> {
  const folder = temporaryFolder(t)
  const database = { ...(await newDatabase(t, folder)), DATA_FOLDER: folder }
  const deps = await openDeps(readConfig({ ...database, LOG_LEVEL: 'silent' }))
  const long = '2023-09-01T00:00:00.000Z'
  await deps.db.transact(async ({ q, t }) => {
    const run = { id: deps.newId(), job: 'forget-answers', status: 'done' as const, figures: {} }
    await q.insert(t.jobRuns).values({ ...run, startedAt: long, endedAt: long, leasedUntil: long })
  })
  await deps.close()
  return database
}

/** Whether a process has done the work that was waiting. */
export const didJobs = ({ log }: ServiceProcess) =>
  log.some(({ msg, job }) => msg === 'job done' && job === 'forget-answers')
