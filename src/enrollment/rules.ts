import type { Id } from '../shared/ids.ts'
import { defineProblem, type Problem } from '../shared/problem.ts'
import type { Instant } from '../shared/time.ts'

/** `active → transferred | withdrawn`. */
export const enrollmentStatuses = ['active', 'transferred', 'withdrawn'] as const

/** One of {@link enrollmentStatuses}. */
export type EnrollmentStatus = (typeof enrollmentStatuses)[number]

/** Who is told about a child's kit. */
export interface Guardian {
  name: string | null
  /** Lower-case. */
  email: string | null
  /** E.164. */
  phone: string | null
  /** BCP 47. */
  language: string
  consent: boolean
}

/** What is known of a child, all of it optional. */
export interface Person {
  givenName: string | null
  familyName: string | null
  section: string | null
}

/** One first-grader at one school in one campaign, with two guardians at most. */
export interface Enrollment extends Person {
  id: Id
  campaignId: Id
  schoolId: Id
  /** The school's own pupil number, unique in campaign and school. */
  pupilRef: string
  /** Two at most. */
  guardians: Guardian[]
  /** Came with a head count, nameless then. */
  headcount: boolean
  status: EnrollmentStatus
  withdrawalReason: string | null
  transferredFromId: Id | null
  /** When a guardian asked to be forgotten; an import brings no guardian back. */
  guardiansErasedAt: Instant | null
  /** When the child's names were forgotten on request; an import does not bring them back. */
  namesErasedAt: Instant | null
  version: number
  createdAt: Instant
}

/** An enrollment that begins: active, in its first version. */
export type NewEnrollment = Omit<
  Enrollment,
  'status' | 'withdrawalReason' | 'version' | 'guardiansErasedAt' | 'namesErasedAt'
> &
  Partial<Pick<Enrollment, 'guardiansErasedAt' | 'namesErasedAt'>>

/** An enrollment as it is shown: to who only audits as a pseudonym, its id with nothing of the child. */
export type ShownEnrollment = Omit<Enrollment, 'pupilRef'> & { pupilRef: string | null }

/** What of an enrollment is nobody's personal data. */
export function pseudonymOf(enrollment: Enrollment): ShownEnrollment {
  const nobody = { pupilRef: null, givenName: null, familyName: null, section: null, withdrawalReason: null }
  return { ...enrollment, ...nobody, guardians: [] }
}

/** A search for a name tells who is there, so who only audits gives a reason for it. */
export const accessReasonMissing = defineProblem({
  code: 'access_reason_missing',
  status: 403,
  title: 'Say why you look',
  detail: () =>
    'Searching by name shows personal data. Say why in the header Access-Reason, or list without a search: it answers pseudonyms.',
})

/** How many characters each text has at most. */
export const longest = { pupilRef: 50, givenName: 100, familyName: 100, section: 50, guardianName: 200 } as const

/** The language of a guardian of whom none is known. */
export const defaultLanguage = 'el'

/** The school has another child under this number. */
export const pupilRefTaken = defineProblem({
  code: 'pupil_ref_taken',
  status: 409,
  title: 'The pupil number is taken',
  detail: () =>
    'The school has a child with this number in the campaign already. Change that one, or correct the number.',
})

/** The child is at another school now. */
const enrollmentTransferred = defineProblem({
  code: 'enrollment_transferred',
  status: 409,
  title: 'The child has moved to another school',
  detail: () =>
    'The child has been transferred. Withdraw the enrollment at the new school, which points back to this one.',
})

/** What stands against withdrawing. Withdrawing twice is no fault: the second changes nothing. */
export function checkWithdrawable({ status }: Pick<Enrollment, 'status'>): Problem | undefined {
  return status === 'transferred' ? enrollmentTransferred() : undefined
}
