import { performance } from 'node:perf_hooks'

const windowMilliseconds = 15 * 60_000
const keptAtMost = 20_000

/**
 * Tells whether a key occurs for the first time within a quarter of an hour: then it is worth recording, and nobody can fill the
 * disk by repeating it. Remembers the last 20,000 keys, in memory.
 */
export function firstOccurrences(milliseconds: () => number = () => performance.now()): (key: string) => boolean {
  const heard = new Map<string, number>()
  return (key) => {
    const now = milliseconds()
    if ((heard.get(key) ?? 0) > now) return false
    heard.delete(key)
    heard.set(key, now + windowMilliseconds)
    if (heard.size > keptAtMost) heard.delete(heard.keys().next().value!)
    return true
  }
}
