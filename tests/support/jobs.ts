import { randomUUID } from 'node:crypto'

/** How jobs are done in the apps of this run of the tests: `SAKA_TEST_JOBS`, else embedded. */
const kindOfJobs = process.env.SAKA_TEST_JOBS === 'redis' ? 'redis' : 'embedded'

/** The settings that give a test a part of the run's Redis that nobody else uses; none where jobs are embedded. */
export function newQueues(): Record<string, string> {
  if (kindOfJobs === 'embedded') return {}
  const { SAKA_TEST_REDIS: url, SAKA_TEST_REDIS_PREFIX: prefix } = process.env
  if (!url || !prefix) throw new Error('SAKA_TEST_REDIS names no server; tests/run.ts starts one')
  return { REDIS_URL: url, REDIS_PREFIX: `${prefix}${randomUUID()}` }
}
