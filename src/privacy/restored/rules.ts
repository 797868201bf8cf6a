import type { Stopped } from '../../notifications/recipients/rules.ts'
import type { Id } from '../../shared/ids.ts'
import type { Instant } from '../../shared/time.ts'

/** What of a guardian tells whether it is the same. */
export interface KnownGuardian {
  /** 1 or 2. */
  position: number
  name: string | null
  email: string | null
  phone: string | null
}

/** When something of a child was forgotten on request; null where nobody asked. */
export interface ForgottenMarks {
  guardiansErasedAt: Instant | null
  namesErasedAt: Instant | null
}

/** A child of which something was forgotten on request. */
export interface ForgottenChild extends ForgottenMarks {
  /** Its enrollment, and those that it was transferred from, back to the first. */
  ids: [Id, ...Id[]]
  /** The guardians that are known all the same: of two one may have asked, and one may have come later. */
  stayed: KnownGuardian[]
}

/** What was erased in a database, as one needs to know that takes its place. */
export interface Forgotten {
  children: ForgottenChild[]
  /** The campaigns that were erased when their retention was over. */
  campaignIds: Id[]
  /** Who wants no reminders. */
  stopped: Stopped[]
}

/** Which of a child's kinds of personal data were forgotten since `known`, what an older state of the database says of it. */
export function forgottenSince(child: ForgottenMarks, known: ForgottenMarks): { guardians: boolean; names: boolean } {
  const isLater = (at: Instant | null, before: Instant | null) => at !== null && at > (before ?? '')
  return {
    guardians: isLater(child.guardiansErasedAt, known.guardiansErasedAt),
    names: isLater(child.namesErasedAt, known.namesErasedAt),
  }
}

/**
 * The positions of those guardians that an older state knows and that have to be forgotten there: all but who stayed, unchanged. One
 * whose name or contact was corrected since goes too, rather than one who asked comes back.
 */
export function positionsToForget(older: readonly KnownGuardian[], stayed: readonly KnownGuardian[]): number[] {
  const isSame = (one: KnownGuardian, other: KnownGuardian) =>
    one.name === other.name && one.email === other.email && one.phone === other.phone
  return older.filter((one) => !stayed.some((other) => isSame(one, other))).map(({ position }) => position)
}
