import type { Campaign } from '../../campaigns/rules.ts'
import type { Id } from '../../shared/ids.ts'
import { type Instant, type LocalDate, plusMilliseconds } from '../../shared/time.ts'

/** A device that is in use, as far as its staleness matters. */
export interface StaleDevice {
  id: Id
  schoolId: Id
  schoolName: string
  communityId: Id
  /** When it was last heard of: last seen, or set up if it never was since. */
  heardAt: Instant
  /** Scans that it said wait on it. */
  pendingScans: number
}

const hourMilliseconds = 60 * 60_000

/** Scans that wait on a device for so long are looked for: they are hand-outs that the books do not know. */
const waitingMilliseconds = 24 * hourMilliseconds

/** A device that nobody has heard of for so long during a pickup may be lost or broken. */
const unseenMilliseconds = 72 * hourMilliseconds

/** What a device's staleness means, if anything. */
export type Staleness = 'scans_wait' | 'unseen'

/**
 * What the staleness of a device means at `now`: scans wait on it for a day, whatever the time of the year; or it has not been
 * heard of for three days in which its school hands out kits.
 */
export function stalenessOf(
  device: StaleDevice,
  campaigns: Pick<Campaign, 'status' | 'communityIds' | 'pickupFrom' | 'pickupUntil'>[],
  { now, today }: { now: Instant; today: LocalDate },
): Staleness | undefined {
  const quietFor = (milliseconds: number) => plusMilliseconds(device.heardAt, milliseconds) <= now
  if (device.pendingScans > 0 && quietFor(waitingMilliseconds)) return 'scans_wait'
  const handsOut = campaigns.some(
    ({ status, communityIds, pickupFrom, pickupUntil }) =>
      status === 'open' && communityIds.includes(device.communityId) && pickupFrom <= today && today <= pickupUntil,
  )
  return handsOut && quietFor(unseenMilliseconds) ? 'unseen' : undefined
}
