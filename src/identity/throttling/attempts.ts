import { recordEvent } from '../../audit/index.ts'
import type { Deps } from '../../deps.ts'
import { type Actor, actorOfUser } from '../rules.ts'
import type { Attempt, Throttle } from './throttle.ts'

/** Whom an attempt is about, as the trail knows them; without an id it is an account that is not there. */
export interface Attempted {
  user: { id: string; name: string } | undefined
  requestId: string
}

/** Records that somebody could not prove who they are: for which account, if it is one, and no e-mail address. */
export function recordRefusal(
  deps: Deps,
  { user, requestId }: Attempted,
  change: Record<string, string>,
): Promise<void> {
  const actor: Actor = actorOfUser(user, requestId)
  return deps.db.transact((tx) => recordEvent(deps, tx, actor, 'session.refused', actor.id, change))
}

/**
 * Counts an attempt before it is checked. The first one in each wait is recorded, the others are not: nobody can fill the disk
 * by repeating it. Raises `too_many_attempts`.
 */
export async function countAttempt(
  deps: Deps,
  throttle: Throttle,
  buckets: { account: string; address: string },
  attempted: Attempted,
): Promise<Attempt> {
  let isFirst = false
  try {
    return throttle.attempt(buckets, () => {
      isFirst = true
    })
  } catch (error) {
    if (isFirst) await recordRefusal(deps, attempted, { code: 'too_many_attempts' })
    throw error
  }
}

/** Records a refusal once in a quarter of an hour for each `key`: for those that no throttle counts. */
export async function recordSparingly(
  deps: Deps,
  throttle: Throttle,
  key: string,
  attempted: Attempted,
  change: Record<string, string>,
): Promise<void> {
  if (throttle.isFirstOccurrence(key)) await recordRefusal(deps, attempted, change)
}
