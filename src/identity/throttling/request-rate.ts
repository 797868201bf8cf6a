import { performance } from 'node:perf_hooks'
import { defineProblem } from '../../shared/problem.ts'

/** An API key asks more often than it may. */
const apiKeyTooBusy = defineProblem<{ seconds: number }>({
  code: 'api_key_too_busy',
  status: 429,
  title: 'The key asks too often',
  detail: ({ seconds }) =>
    `This API key has used up its requests of the minute. Go on in ${seconds} s, or get a key with more.`,
  members: ({ seconds }) => ({ retryAfter: seconds }),
})

/** Counts requests. */
export interface RequestRate {
  /** Counts one of `id`, who has `perMinute`. Raises `api_key_too_busy` when they are used up. */
  count(id: string, perMinute: number): void
}

const minute = 60_000
const heldAtMost = 10_000

/**
 * A bucket for each holder that holds a minute's requests and fills evenly: a burst may use it up at once, and the steady rate
 * never exceeds it. On the machine's steady clock, in whole milliseconds, which add up exactly; kept in memory, for each process by itself.
 */
export function requestRate(milliseconds: () => number = () => Math.floor(performance.now())): RequestRate {
  const buckets = new Map<string, { left: number; at: number }>()
  return {
    count(id, perMinute) {
      const now = milliseconds()
      const { left, at } = buckets.get(id) ?? { left: perMinute, at: now }
      const filled = Math.min(perMinute, left + ((now - at) * perMinute) / minute)
      if (filled < 1) throw apiKeyTooBusy({ seconds: Math.ceil(((1 - filled) * minute) / perMinute / 1000) })
      if (buckets.size >= heldAtMost) buckets.clear()
      buckets.set(id, { left: filled - 1, at: now })
    },
  }
}
