import t from 'tap'
import { aboutOf, defaultPlan, planFaults, type ReminderStep } from '../../src/notifications/plan/rules.ts'
import {
  dueAt,
  endOfPickup,
  nextDay,
  outOfQuietHours,
  scheduleOf,
  stepInForce,
} from '../../src/notifications/plan/schedule-rules.ts'

const athens = 'Europe/Athens'
const window = { pickupFrom: '2023-10-23', pickupUntil: '2023-11-03' }
const step = (on: 'opening' | 'closing', offsetDays: number, at: string, name = 'step'): ReminderStep => ({
  name,
  when: { on, offsetDays, at },
  to: 'unredeemed',
  channels: ['email'],
})

t.test('a step is due at a time of day in the municipality, before and after the clocks change', async (t) => {
  t.equal(dueAt(step('opening', 5, '10:00'), window, athens), '2023-10-28T07:00:00.000Z')
  t.equal(dueAt(step('opening', 7, '10:00'), window, athens), '2023-10-30T08:00:00.000Z')
  t.equal(dueAt(step('closing', -2, '10:00'), window, athens), '2023-11-01T08:00:00.000Z')
  t.equal(dueAt(step('opening', 6, '03:30'), window, athens), '2023-10-29T00:30:00.000Z', 'shown twice: the first')
  const spring = { pickupFrom: '2023-03-20', pickupUntil: '2023-03-31' }
  t.equal(dueAt(step('opening', 6, '03:30'), spring, athens), '2023-03-26T01:30:00.000Z', 'left out: half an hour on')
  t.equal(endOfPickup(window, athens), '2023-11-03T22:00:00.000Z')
})

t.test('a step is in force until the next is due, or the last day is over', async (t) => {
  const plan = defaultPlan('campaign')
  const schedule = scheduleOf(plan, window, athens)
  const inForce = (now: string) => stepInForce(schedule, now)?.step.name
  t.equal(inForce('2023-10-21T06:59:59.999Z'), undefined)
  t.equal(inForce('2023-10-21T07:00:00.000Z'), 'announcement')
  t.equal(inForce('2023-10-30T14:59:59.999Z'), 'announcement')
  t.equal(inForce('2023-10-30T15:00:00.000Z'), 'first-reminder')
  t.equal(inForce('2023-11-01T08:00:00.000Z'), 'last-days')
  t.equal(inForce('2023-11-03T21:59:59.999Z'), 'last-days')
  t.equal(inForce('2023-11-03T22:00:00.000Z'), undefined)
})

t.test('in a pickup of one day the last step counts, and nobody is told three things at once', async (t) => {
  const day = { pickupFrom: '2023-10-23', pickupUntil: '2023-10-23' }
  const steps = [step('opening', 0, '10:00', 'a'), step('closing', 0, '10:00', 'b'), step('opening', 3, '10:00', 'c')]
  t.same(
    scheduleOf({ steps }, day, athens).map((one) => one.step.name),
    ['b'],
  )
})

t.test('quiet hours move a message to their end, over midnight and over the clocks’ changes', async (t) => {
  const night = { from: '21:00', to: '08:00' }
  const moved = (instant: string, quiet = night) => outOfQuietHours(instant, quiet, athens)
  t.equal(moved('2023-10-23T12:00:00.000Z'), '2023-10-23T12:00:00.000Z')
  t.equal(moved('2023-10-23T17:59:00.000Z'), '2023-10-23T17:59:00.000Z')
  t.equal(moved('2023-10-23T18:00:00.000Z'), '2023-10-24T05:00:00.000Z')
  t.equal(moved('2023-10-23T22:00:00.000Z'), '2023-10-24T05:00:00.000Z', 'after midnight it is the same morning')
  t.equal(moved('2023-10-28T19:00:00.000Z'), '2023-10-29T06:00:00.000Z', 'that night is an hour longer')
  t.equal(moved('2023-10-24T05:00:00.000Z'), '2023-10-24T05:00:00.000Z', 'at their end they are over')
  const siesta = { from: '14:00', to: '17:00' }
  t.equal(moved('2023-10-23T11:30:00.000Z', siesta), '2023-10-23T14:00:00.000Z')
  t.equal(moved('2023-10-23T20:00:00.000Z', siesta), '2023-10-23T20:00:00.000Z')
  const shownTwice = { from: '00:00', to: '03:30' }
  t.equal(moved('2023-10-29T01:15:00.000Z', shownTwice), '2023-10-29T01:15:00.000Z', 'they ended the first time')
  t.equal(outOfQuietHours('2023-10-23T22:00:00.000Z', null, athens), '2023-10-23T22:00:00.000Z')
  t.equal(nextDay('2023-10-23T12:00:00.000Z', night, athens), '2023-10-24T05:00:00.000Z')
  t.equal(nextDay('2023-10-28T12:00:00.000Z', null, athens), '2023-10-28T21:00:00.000Z')
})

t.test('a message says what fits its time', async (t) => {
  t.equal(aboutOf(step('opening', -2, '10:00')), 'opening')
  t.equal(aboutOf(step('opening', 0, '10:00')), 'opening')
  t.equal(aboutOf(step('opening', 1, '10:00')), 'reminder')
  t.equal(aboutOf(step('closing', -8, '10:00')), 'reminder')
  t.equal(aboutOf(step('closing', -7, '10:00')), 'closing')
})

t.test('the plan that every campaign begins with has no fault', async (t) => {
  t.same(planFaults(defaultPlan('campaign')), [])
})
