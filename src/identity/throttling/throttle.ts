import { performance } from 'node:perf_hooks'
import { networkOf } from '../../platform/http/index.ts'
import { tooManyAttempts } from '../sessions/rules.ts'
import { firstOccurrences } from './first-occurrence.ts'

/** Guesses that are counted together: at an account, from a trusted browser of it, or from an address. */
interface Bucket {
  key: string
  /** Attempts that wait for nothing. Each one after makes the next wait twice as long. */
  free: number
  longestWaitMilliseconds: number
  forgottenAfterMilliseconds: number
}

interface Count {
  attempts: number
  blockedUntil: number
  forgottenAt: number
  /** Whether this wait has been told of. */
  told?: boolean
}

/** An attempt that is counted already, as if it will fail. */
export interface Attempt {
  /** Takes it back: the password was right. */
  succeeded(): void
  /** Takes it back and nothing else: it was no guess. */
  withdrawn(): void
}

/** Slows guessing down. */
export interface Throttle {
  /**
   * Counts an attempt. Raises `too_many_attempts` while the account or the address has to wait, and calls `firstToWait` when it
   * is the first one in that wait.
   */
  attempt(of: { account: string; address: string }, firstToWait?: () => void): Attempt
  /** Whether `key` occurs for the first time within a quarter of an hour: then it is worth recording. */
  isFirstOccurrence(key: string): boolean
}

const minute = 60_000
const hour = 60 * minute
const bucketsAtMost = 20_000
const firstWaitMilliseconds = 1000

/**
 * Slows guessing down by account and by address. An attempt counts before it is checked, so that a hundred at once are no
 * way around. Success forgets the account's count, and takes back its own attempt from the address: a school behind one
 * address goes on, and an attacker's own account wipes nothing out. Nobody waits longer than a quarter of an hour. Kept
 * in memory, for 20,000 accounts and addresses at most, those asked for last; on the machine's steady clock, which no change
 * of the time moves.
 */
export function signInThrottle(milliseconds: () => number = () => performance.now()): Throttle {
  const counts = new Map<string, Count>()
  const isFirstOccurrence = firstOccurrences(milliseconds)

  function countOf(bucket: Bucket, now: number): Count {
    const known = counts.get(bucket.key)
    return known && known.forgottenAt > now ? known : { attempts: 0, blockedUntil: 0, forgottenAt: 0 }
  }

  function keep(bucket: Bucket, attempts: number, now: number): void {
    counts.delete(bucket.key)
    if (attempts <= 0) return
    const forgottenAt = now + bucket.forgottenAfterMilliseconds
    counts.set(bucket.key, { attempts, blockedUntil: now + waitAfter(attempts, bucket), forgottenAt })
    if (counts.size > bucketsAtMost) counts.delete(counts.keys().next().value!)
  }

  /** Whether any of `buckets`, which have to wait, was not told of yet. From now on all of them are. */
  function tell(buckets: Bucket[]): boolean {
    const untold = buckets.map((bucket) => counts.get(bucket.key)!).filter(({ told }) => !told)
    for (const count of untold) count.told = true
    return untold.length > 0
  }

  function takeBack(bucket: Bucket): void {
    const now = milliseconds()
    keep(bucket, countOf(bucket, now).attempts - 1, now)
  }

  return {
    attempt({ account, address }, firstToWait) {
      const now = milliseconds()
      const own = accountBucket(account)
      const shared = addressBucket(address)
      const waiting = [own, shared].filter((bucket) => countOf(bucket, now).blockedUntil > now)
      if (waiting.length > 0) {
        const blockedUntil = Math.max(...waiting.map((bucket) => countOf(bucket, now).blockedUntil))
        if (tell(waiting)) firstToWait?.()
        throw tooManyAttempts({ seconds: Math.ceil((blockedUntil - now) / 1000) })
      }
      for (const bucket of [own, shared]) keep(bucket, countOf(bucket, now).attempts + 1, now)
      return {
        succeeded: () => {
          keep(own, 0, milliseconds())
          takeBack(shared)
        },
        withdrawn: () => [own, shared].forEach(takeBack),
      }
    },
    isFirstOccurrence,
  }
}

function waitAfter(attempts: number, { free, longestWaitMilliseconds }: Bucket): number {
  if (attempts < free) return 0
  return Math.min(firstWaitMilliseconds * 2 ** (attempts - free), longestWaitMilliseconds)
}

function accountBucket(account: string): Bucket {
  return {
    key: `account ${account}`,
    free: 5,
    longestWaitMilliseconds: 15 * minute,
    forgottenAfterMilliseconds: 24 * hour,
  }
}

function addressBucket(address: string): Bucket {
  return {
    key: `address ${networkOf(address)}`,
    free: 30,
    longestWaitMilliseconds: 5 * minute,
    forgottenAfterMilliseconds: hour,
  }
}
