import type { QueuedJob, ScheduledJob } from '../../src/scheduler/index.ts'
import { enqueue } from '../../src/scheduler/index.ts'
import type { Saka } from '../support/saka.ts'

/** What both jobs of the flock do, for a coordinator. */
export const meaning = { el: 'Κουρεύει ένα πρόβατο.', en: 'Shears a sheep.' }

/** A job whose tasks each test does in its own way. It notes which were attempted, in order. */
export function shearing(attempt: QueuedJob['attempt'] = async () => {}): QueuedJob & { attempted: string[] } {
  const attempted: string[] = []
  return {
    name: 'shear-sheep',
    meaning,
    attempted,
    attempt: (deps, task, signal) => {
      attempted.push(task.id)
      return attempt(deps, task, signal)
    },
  }
}

/** A job that counts how often it has run, by default nightly at three. */
export function counting(pattern = '0 3 * * *'): ScheduledJob & { counted: number } {
  const job = { name: 'count-sheep', meaning, pattern, counted: 0, run: async () => ({ n: ++job.counted }) }
  return job
}

/** Asks for these sheep to be shorn. */
export function ask({ deps }: Saka, ...ids: string[]): Promise<unknown> {
  return deps.db.transact(async (tx) => {
    for (const id of ids) await enqueue(deps, tx, { id, job: 'shear-sheep', payload: { sheep: id } })
  })
}

/** The tasks of the shearing, the newest first. */
export async function tasksOf({ api }: Saka, status?: string): Promise<any[]> {
  return (await api.get(`/jobs/shear-sheep/tasks?limit=500${status ? `&status=${status}` : ''}`)).json.items
}
