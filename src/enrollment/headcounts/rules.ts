import type { Id } from '../../shared/ids.ts'
import type { EnrollmentStatus } from '../rules.ts'

/** A child of a school as far as its head count goes. */
export interface CountedChild {
  id: Id
  pupilRef: string
  status: EnrollmentStatus
  /** Came with a head count. */
  headcount: boolean
  /** Has a name or a contact by now. */
  known: boolean
  /** Has a kit. */
  redeemed: boolean
}

/** What a head count changes at one school. */
export interface HeadcountChange {
  /** The numbers of children to enroll. */
  add: string[]
  /** Children to withdraw. */
  withdraw: Id[]
  /** How many stay. */
  unchanged: number
}

const numeral = /^\d{1,9}$/

/**
 * What has to change for a school to have `count` children by head count. More are numbered after the highest number ever
 * used there; of too many the highest numbers go first, but none who has a kit or is known by name: then more stay.
 */
export function planHeadcount(children: CountedChild[], count: number): HeadcountChange {
  const counted = children.filter((child) => child.headcount && child.status === 'active')
  if (count >= counted.length) {
    const last = Math.max(0, ...children.map((child) => (numeral.test(child.pupilRef) ? Number(child.pupilRef) : 0)))
    const add = Array.from({ length: count - counted.length }, (_, i) => String(last + 1 + i))
    return { add, withdraw: [], unchanged: counted.length }
  }
  const withdraw = counted
    .filter((child) => !child.redeemed && !child.known)
    .sort((a, b) => Number(b.pupilRef) - Number(a.pupilRef))
    .slice(0, counted.length - count)
  return { add: [], withdraw: withdraw.map((child) => child.id), unchanged: counted.length - withdraw.length }
}
