import { recordEvent } from '../audit/index.ts'
import type { AllDeps, Deps } from '../deps.ts'
import { systemActor } from '../identity/index.ts'
import { enqueue } from '../scheduler/index.ts'
import type { Reader, Tx } from '../schema.ts'
import type { Role } from '../shared/actor.ts'
import type { Id } from '../shared/ids.ts'
import type { Instant } from '../shared/time.ts'
import type { Wording } from '../shared/wording.ts'
import {
  deleteSituations,
  insertAlert,
  listActiveUsers,
  listSituations,
  markTold,
  putSituations,
} from './repository.ts'
import { alertText, compareSituations, type Situation } from './rules.ts'

/** What staff are alerted of, and who. */
export interface StaffAlert {
  /** What kind of thing it is, and in which campaign if in one. */
  topic: string
  /** Who looks after it. Where nobody has the role, the administrators do. */
  role: Role
  subject: Wording
  /** What the lines that follow it are. */
  intro: Wording
  /** Where to look, and what to do. */
  more: Wording
  /** Everything of the topic that is so now, known or new. */
  situations: Situation[]
}

/** What tells staff works with: they are told by mail, where it is set up. */
export type AlertDeps = Deps & Pick<AllDeps, 'mailer'>

/** The job that mails what staff are told. */
export const alertJob = 'mail-notices'

/**
 * Alerts staff of what is new among the situations of a topic, in one mail to each, which goes out once this is committed.
 * A situation that they were told of is not told again while it lasts; one that is over is forgotten. Where no mail goes out (no
 * mail server, nobody to read it), the situation stays to be told. Answers since when each situation has lasted, by its matter,
 * and how many were told.
 */
export async function alertStaff(
  deps: AlertDeps,
  tx: Tx,
  { topic, role, subject, intro, more, situations }: StaffAlert,
): Promise<{ since: Map<string, Instant>; told: number }> {
  const now = deps.clock.now()
  const known = await listSituations(tx, topic)
  const { fresh, untold, gone } = compareSituations(known, situations)
  await putSituations(tx, topic, fresh, now)
  await deleteSituations(tx, topic, gone)
  const since = new Map(known.map((situation) => [situation.matter, situation.since]))
  for (const matter of gone) since.delete(matter)
  for (const { matter } of fresh) since.set(matter, now)
  const readers = deps.mailer && untold.length > 0 ? await readersOf(tx, role) : []
  if (readers.length === 0) return { since, told: 0 }
  const id = deps.newId()
  const lines = untold.map(({ line }) => line)
  const text = alertText(intro, lines, more)
  await insertAlert(tx, { id, topic, role, createdAt: now, subject: `Saka: ${subject.el} · ${subject.en}`, text })
  for (const userId of readers)
    await enqueue(deps, tx, { id: `notice-${id}-${userId}`, job: alertJob, payload: { noticeId: id, userId } })
  const matters = untold.map(({ matter }) => matter)
  await markTold(tx, topic, matters, now)
  const facts = { topic, role, situations: untold.length, readers: readers.length }
  await recordEvent(deps, tx, systemActor, 'notice.made', id, facts)
  return { since, told: untold.length }
}

/** Who reads what a role looks after: those who have it, or the administrators where nobody has. */
async function readersOf(reader: Reader, role: Role): Promise<Id[]> {
  const users = await listActiveUsers(reader)
  const those = (wanted: Role) => users.filter(({ roles }) => roles.some((grant) => grant.role === wanted))
  const having = those(role)
  return (having.length > 0 ? having : those('admin')).map(({ id }) => id)
}
