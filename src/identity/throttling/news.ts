import { performance } from 'node:perf_hooks'

const newsMilliseconds = 15 * 60_000
const keptAtMost = 20_000

/**
 * Tells whether something was not heard of for a quarter of an hour: then it is worth writing down, and whoever goes on and
 * on does not fill the disk. Remembers the last 20,000, in memory.
 */
export function newsOf(milliseconds: () => number = () => performance.now()): (key: string) => boolean {
  const heard = new Map<string, number>()
  return (key) => {
    const now = milliseconds()
    if ((heard.get(key) ?? 0) > now) return false
    heard.delete(key)
    heard.set(key, now + newsMilliseconds)
    if (heard.size > keptAtMost) heard.delete(heard.keys().next().value!)
    return true
  }
}
