import { setTimeout as pause } from 'node:timers/promises'
import type { AllDeps } from '../src/deps.ts'
import { attemptTask, beginNextTask, hasDueTask, type QueuedJob } from '../src/scheduler/index.ts'

/** The tasks of one job, done one after another in this process. */
export interface Counter {
  /** Polls for a task, unless one is active. */
  wake(): void
  /** Begins no more, aborts the active task, and waits for it. */
  stop(): Promise<void>
}

/** Opens the lane of a job. It keeps to the job's pace, and pauses when the job says so. */
export function startWorkerLoop(deps: AllDeps, job: QueuedJob): Counter {
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
