import { recordEvent } from '../../audit/index.ts'
import type { Deps } from '../../deps.ts'
import { Problem } from '../../shared/problem.ts'
import type { Actor } from '../rules.ts'
import { firstOccurrences } from './first-occurrence.ts'

/** Refusals to an actor who is known that do not happen through the pages. */
const telling = ['not_allowed', 'foreign_origin', 'second_factor_missing']

/** Records a refusal, where it says something of the actor. */
export type RecordRefused = (actor: Actor | undefined, error: unknown) => void

/**
 * Records who tried what their role does not include, or from a page that is not ours: once in a quarter of an hour for
 * each person and kind of thing, behind the answer's back, so that trying costs nobody else anything.
 */
export function refusalRecorder(deps: Deps): RecordRefused {
  const isFirstOccurrence = firstOccurrences()
  return (actor, error) => {
    if (!actor || !(error instanceof Problem) || !telling.includes(error.code)) return
    const { action } = error.members
    const change = { code: error.code, ...(action !== undefined && { action }) }
    if (!isFirstOccurrence(JSON.stringify([actor.id, change]))) return
    deps.db
      .transact((tx) => recordEvent(deps, tx, actor, 'access.refused', actor.id, change))
      .catch((fault: unknown) => deps.log.warn({ err: fault }, 'a refusal was not written down'))
  }
}
