import type { Campaign } from '../../campaigns/rules.ts'
import type { Id } from '../../shared/ids.ts'
import { countOf } from '../../shared/plurals.ts'
import { type LocalDate, plusDays } from '../../shared/time.ts'
import { type CheckResult, checkEach } from './finding-rules.ts'

/** A school of a campaign, as far as it needs kits. */
export interface SchoolNeed {
  schoolId: Id
  name: string
  /** Children who are still to get a kit: issued vouchers of active enrollments. */
  remaining: number
  /** In the yard by the books; below zero where more left than is known to have come. */
  onHand: number
  /** Dispatched to the school and not confirmed. */
  onTheWay: number
}

/** The schools of a campaign while it matters whether their kits suffice; none otherwise. */
export interface ShortageFacts {
  campaignId: Id
  schools: SchoolNeed[]
}

/** From how many days before the pickup a missing kit is told: enough for a shipment. */
const daysBefore = 2

/** Whether it matters on `today` that the kits of a campaign's schools suffice. */
export function needsKits(
  { status, pickupFrom, pickupUntil }: Pick<Campaign, 'status' | 'pickupFrom' | 'pickupUntil'>,
  today: LocalDate,
): boolean {
  return status === 'open' && plusDays(pickupFrom, -daysBefore) <= today && today <= pickupUntil
}

/**
 * Every school has a kit, in its yard or on the way, for each child who is still to get one. The figures are what is missing,
 * which a hand-out does not change: so a coordinator's answer stands until it is another number.
 */
export function checkShortages({ campaignId, schools }: ShortageFacts): CheckResult {
  return checkEach('kits_suffice', schools, ({ schoolId, name, remaining, onHand, onTheWay }) => {
    const missing = remaining - Math.max(0, onHand) - onTheWay
    if (missing <= 0) return undefined
    return {
      code: 'kits_short_at_school',
      severity: 'warning',
      matter: `${campaignId}:${schoolId}`,
      detail: `${countOf(missing, 'child', 'children')} of ${name} would find no kit. Ship more, or move some from another school.`,
      expected: 0,
      actual: missing,
      records: [{ type: 'school', id: schoolId }],
    }
  })
}
