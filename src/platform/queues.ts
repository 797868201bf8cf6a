/**
 * The same work for everybody who asks, never twice at once: who asks while it is done shares the run after it with all others
 * who wait. So no answer is older than its question, and however many ask cost no more than one after the other. A run that
 * fails fails for those who share it; a run takes the arguments of the first of them.
 */
export function coalesced<Args extends unknown[], Result>(
  work: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  const inTurn = serialQueue()
  let next: Promise<Result> | undefined
  return (...args) => {
    next ??= inTurn(() => {
      next = undefined
      return work(...args)
    })
    return next
  }
}

/** A mutex: runs work in the order in which it comes, each when the one before it has ended, well or not. */
export function serialQueue(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const done = last.then(work, work)
    last = done
    return done
  }
}
