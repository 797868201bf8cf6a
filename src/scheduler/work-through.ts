import type { RunControl } from '../platform/job.ts'

/** What became of one thing that a run looked at. */
export type Outcome = 'done' | 'skipped'

/** What a run that works through a list answers. */
export type WorkCounters = {
  lookedAt: number
  done: number
  /** There was nothing to do. */
  skipped: number
  failed: number
}

/** Some of what a run looked at failed; the rest is done. */
class PartlyFailed extends Error {
  override readonly name = 'PartlyFailed'
}

/**
 * Does `work` to each of `items`, one after another. One that fails does not hold up the others: the run goes on, shows how
 * far it is, and fails in the end. Told to stop, it stops after the one that it is at.
 */
export async function workThrough<Item>(
  { signal, progress }: RunControl,
  items: readonly Item[],
  work: (item: Item) => Promise<Outcome>,
): Promise<WorkCounters> {
  const counters: WorkCounters = { lookedAt: 0, done: 0, skipped: 0, failed: 0 }
  let first: unknown
  for (const item of items) {
    if (signal.aborted) break
    counters.lookedAt++
    try {
      counters[await work(item)]++
    } catch (error) {
      first ??= error
      counters.failed++
    }
    progress(counters)
  }
  if (counters.failed === 0) return counters
  throw new PartlyFailed(`${counters.failed} of ${counters.lookedAt} failed: ${String((first as Error).message)}`, {
    cause: first,
  })
}
