const windowMilliseconds = 60_000
const remembersAtMost = 10_000

interface Caller {
  count: number
  since: number
}

interface Counted {
  current: number
  ttl: number
}

/**
 * How often each of the last ten thousand callers has come in a minute that begins when they first do. By a clock that
 * nobody sets: one that is put back must not lock anybody out.
 */
export class RateStore {
  readonly #callers = new Map<string, Caller>()

  /** Counts a caller in: how often that makes, and for how many milliseconds it counts. */
  count(key: string): Counted {
    const now = performance.now()
    const known = this.#callers.get(key)
    const caller = known && now - known.since < windowMilliseconds ? known : this.#remember(key, now)
    caller.count++
    return { current: caller.count, ttl: windowMilliseconds - (now - caller.since) }
  }

  /** Takes one back of what was counted. */
  giveBack(key: string): void {
    const caller = this.#callers.get(key)
    if (caller && caller.count > 0) caller.count--
  }

  /** As the plugin counts. */
  incr(key: string, answer: (error: null, counted: Counted) => void): void {
    answer(null, this.count(key))
  }

  /** A store of its own for each limit. */
  child(): RateStore {
    return new RateStore()
  }

  #remember(key: string, since: number): Caller {
    const caller = { count: 0, since }
    this.#callers.delete(key)
    if (this.#callers.size >= remembersAtMost) this.#callers.delete(this.#callers.keys().next().value!)
    this.#callers.set(key, caller)
    return caller
  }
}
