import type { Job, QueuedJob, ScheduledJob } from '../../src/scheduler/index.ts'

const meaning = { el: 'Κουρεύει ένα πρόβατο.', en: 'Shears a sheep.' }

/** The tasks that were attempted in this process. */
export const sheared: string[] = []

/** Where `KILLED` is set, work that never ends and says when it has begun. */
async function work(name: string): Promise<void> {
  if (!process.env.KILLED) return
  process.send?.(name)
  await new Promise(() => setInterval(() => {}, 1000))
}

const shearing: QueuedJob = {
  name: 'shear-sheep',
  meaning,
  attempt: async (_deps, { id }) => {
    sheared.push(id)
    await work('shear-sheep')
  },
}

const counting: ScheduledJob = {
  name: 'count-sheep',
  meaning,
  pattern: '0 3 * * *',
  run: async () => {
    await work('count-sheep')
    return { done: 1 }
  },
}

/** A job of each kind. */
export const killedJobs: Job[] = [shearing, counting]
