import { setTimeout as pause } from 'node:timers/promises'
import type { AllDeps } from '../src/deps.ts'
import { type AskedJob, attemptTask, beginNextTask, hasDueTask } from '../src/scheduler/index.ts'

/** The tasks of one job, done one after another in this process. */
export interface Lane {
  /** Looks for a task, unless one is being done. */
  wake(): void
  /** Takes no more, tells the task under way that it is over, and waits for it. */
  stop(): Promise<void>
}

/** Opens the lane of a job. It keeps to the job's pace, and pauses when the job says so. */
export function openLane(deps: AllDeps, job: AskedJob): Lane {
  const stopping = new AbortController()
  const space = 1000 / (job.perSecond?.(deps.config) ?? Number.POSITIVE_INFINITY)
  let working: Promise<void> | undefined
  let pausedUntil = 0

  async function work(): Promise<void> {
    if (!(await hasDueTask(deps.db.read, job.name, deps.clock.now()))) return
    let task = await beginNextTask(deps, job)
    while (task) {
      const began = performance.now()
      const ended = await attemptTask(deps, job, task, stopping.signal)
      pausedUntil = performance.now() + ended.pause
      const rest = began + space - performance.now()
      if (rest > 0) await pause(rest)
      const goesOn = !stopping.signal.aborted && ended.pause === 0
      const [next] = await Promise.all([goesOn ? beginNextTask(deps, job) : undefined, ended.write()])
      task = next
    }
  }

  return {
    wake: () => {
      if (working || stopping.signal.aborted || performance.now() < pausedUntil) return
      working = work()
        .catch((error: unknown) => deps.log.error({ job: job.name, err: error }, 'the tasks could not be worked on'))
        .finally(() => {
          working = undefined
        })
    },
    stop: async () => {
      stopping.abort()
      await working
    },
  }
}
