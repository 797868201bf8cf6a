/** How long a stop waits for what is active, in milliseconds. */
const graceMilliseconds = 10_000

/** Waits for `work`, but not for long: whoever stops a service kills it soon after. */
export async function withinGracePeriod(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout
  const gracePeriod = new Promise((resolve) => {
    timer = setTimeout(resolve, graceMilliseconds)
  })
  await Promise.race([work, gracePeriod]).finally(() => clearTimeout(timer))
}

/** Scheduled runs of this process that have not ended. */
export interface ActiveRuns {
  /** Remembers a run until it has ended. It must not reject. */
  add(run: Promise<unknown>): void
  /** Answers when all of them have ended. */
  ended(): Promise<unknown>
}

/** Keeps the active runs of a process; none yet. */
export function activeRuns(): ActiveRuns {
  const runs = new Set<Promise<unknown>>()
  return {
    add: (run) => {
      runs.add(run)
      void run.finally(() => runs.delete(run))
    },
    ended: () => Promise.all(runs),
  }
}
