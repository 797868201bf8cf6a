/** Runs that were begun by the clock. */
export interface RunsUnderWay {
  /** Remembers a run until it has ended. It must not reject. */
  add(run: Promise<unknown>): void
  /** Answers when all of them have ended. */
  ended(): Promise<unknown>
}

/** None are under way, yet. */
export function runsUnderWay(): RunsUnderWay {
  const runs = new Set<Promise<unknown>>()
  return {
    add: (run) => {
      runs.add(run)
      void run.finally(() => runs.delete(run))
    },
    ended: () => Promise.all(runs),
  }
}
