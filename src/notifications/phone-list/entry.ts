import type { Id } from '../../shared/ids.ts'
import type { Unreached } from '../recipients/rules.ts'

/** A guardian whom no message reaches, and a child of theirs whose kit waits. */
export interface PhoneListEntry {
  schoolId: Id
  schoolName: string
  enrollmentId: Id
  section: string | null
  pupilRef: string | null
  familyName: string | null
  givenName: string | null
  guardianName: string | null
  phone: string | null
  language: string | null
  why: Unreached | 'failed'
}
