import { instantAt, timeOfDay } from '../../shared/local-time.ts'
import { type Instant, type LocalDate, localDate, plusDays } from '../../shared/time.ts'
import type { QuietHours, ReminderPlan, ReminderStep } from './rules.ts'

/** The days between which kits are collected. */
export interface PickupWindow {
  pickupFrom: LocalDate
  pickupUntil: LocalDate
}

/** When a step is due, before quiet hours are looked at. */
export function dueAt({ when }: Pick<ReminderStep, 'when'>, window: PickupWindow, timeZone: string): Instant {
  const day = when.on === 'opening' ? window.pickupFrom : window.pickupUntil
  return instantAt(plusDays(day, when.offsetDays), when.at, timeZone)
}

/** The end of the last day of pickup: the first instant of the day after it. */
export function endOfPickup({ pickupUntil }: Pick<PickupWindow, 'pickupUntil'>, timeZone: string): Instant {
  return instantAt(plusDays(pickupUntil, 1), '00:00', timeZone)
}

/** A step with the time in which its messages may go out: from when it is due to when the next is, or the pickup ends. */
export interface ScheduledStep {
  step: ReminderStep
  dueAt: Instant
  notAfter: Instant
}

/** The steps of a plan in the order in which they come due. One that is never in force, as the next is due with it, is left out. */
export function scheduleOf(plan: Pick<ReminderPlan, 'steps'>, window: PickupWindow, timeZone: string): ScheduledStep[] {
  const end = endOfPickup(window, timeZone)
  const inOrder = plan.steps
    .map((step, place) => ({ step, place, dueAt: dueAt(step, window, timeZone) }))
    .sort((a, b) => (a.dueAt === b.dueAt ? a.place - b.place : a.dueAt < b.dueAt ? -1 : 1))
  return inOrder
    .map(({ step, dueAt: due }, i) => ({ step, dueAt: due, notAfter: earlier(inOrder[i + 1]?.dueAt ?? end, end) }))
    .filter((scheduled) => scheduled.dueAt < scheduled.notAfter)
}

/** The step whose time `now` is. However long nothing ran, nobody gets two reminders where one has overtaken the other. */
export function stepInForce(schedule: readonly ScheduledStep[], now: Instant): ScheduledStep | undefined {
  return schedule.find(({ dueAt: due, notAfter }) => due <= now && now < notAfter)
}

/** The first instant from `instant` on that is in no quiet hours. */
export function outOfQuietHours(instant: Instant, quietHours: QuietHours | null, timeZone: string): Instant {
  if (!quietHours) return instant
  const { from, to } = quietHours
  const time = timeOfDay(instant, timeZone)
  const isOverMidnight = from > to
  const isQuiet = isOverMidnight ? time >= from || time < to : time >= from && time < to
  if (!isQuiet) return instant
  const today = localDate(instant, timeZone)
  const end = instantAt(isOverMidnight && time >= from ? plusDays(today, 1) : today, to, timeZone)
  // Where the clocks go back the same time of day comes twice, and the end lies behind: it is over then.
  return end > instant ? end : instant
}

/** When the day after that of `instant` begins to be one for messages. */
export function nextDay(instant: Instant, quietHours: QuietHours | null, timeZone: string): Instant {
  const tomorrow = instantAt(plusDays(localDate(instant, timeZone), 1), '00:00', timeZone)
  return outOfQuietHours(tomorrow, quietHours, timeZone)
}

/** Seconds from `now` until `then`, at least one. */
export function secondsUntil(then: Instant, now: Instant): number {
  return Math.max(1, Math.ceil((Date.parse(then) - Date.parse(now)) / 1000))
}

/** How long a message waits for its channel before the next one is tried, in milliseconds. */
export const patienceMilliseconds = 24 * 60 * 60_000

function earlier(a: Instant, b: Instant): Instant {
  return a < b ? a : b
}
