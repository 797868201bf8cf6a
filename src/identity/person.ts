import { type Actor, notSignedIn } from './rules.ts'
import { peopleOnly } from './sessions/rules.ts'

/** The actor, if it is a person. Raises `not_signed_in` and `people_only`. */
export function personOf(actor: Actor | undefined): Actor {
  if (!actor) throw notSignedIn()
  if (actor.kind !== 'user') throw peopleOnly()
  return actor
}
