import type { Id } from '../../shared/ids.ts'
import type { TimeOfDay } from '../../shared/local-time.ts'
import { defineProblem, type InputFault } from '../../shared/problem.ts'

/** How a guardian is told: by mail, by text message, or by the school with the printed phone list in hand. */
export const channels = ['email', 'sms', 'print'] as const

/** One of {@link channels}. */
export type Channel = (typeof channels)[number]

/** The ends of the pickup window that a step is reckoned from: the first day, and the last. */
export const windowEnds = ['opening', 'closing'] as const

/** Whom a step is for: those who have not collected, or everyone who has a kit to come, as an announcement is. */
export const audiences = ['unredeemed', 'all'] as const

/** One reminder of a plan. */
export interface ReminderStep {
  /** What it is called by, once in a plan. */
  name: string
  when: {
    on: (typeof windowEnds)[number]
    /** Days after that day, or before it where below zero. */
    offsetDays: number
    /** Local to the municipality. */
    at: TimeOfDay
  }
  to: (typeof audiences)[number]
  /** The first by which a guardian can be reached is taken. */
  channels: Channel[]
}

/** When nobody's telephone rings: `from` this time of day `to` that one, over midnight where it is the earlier. */
export interface QuietHours {
  from: TimeOfDay
  to: TimeOfDay
}

/** Which reminders a campaign sends, and when. */
export interface ReminderPlan {
  campaignId: Id
  steps: ReminderStep[]
  quietHours: QuietHours | null
  /** Whether only guardians of whom a consent is noted are written to; the others are on the phone list. */
  consentRequired: boolean
  /** 0 while it is the one that every campaign begins with. */
  version: number
}

/** What every campaign begins with: the code before the pickup, a reminder in the middle, another before the end. */
export function defaultPlan(campaignId: Id): ReminderPlan {
  return {
    campaignId,
    steps: [
      {
        name: 'announcement',
        when: { on: 'opening', offsetDays: -2, at: '10:00' },
        to: 'all',
        channels: [...channels],
      },
      {
        name: 'first-reminder',
        when: { on: 'opening', offsetDays: 7, at: '17:00' },
        to: 'unredeemed',
        channels: [...channels],
      },
      {
        name: 'last-days',
        when: { on: 'closing', offsetDays: -2, at: '10:00' },
        to: 'unredeemed',
        channels: [...channels],
      },
    ],
    quietHours: { from: '21:00', to: '08:00' },
    consentRequired: false,
    version: 0,
  }
}

/** How many days before the last one a reminder speaks of the last days. */
const lastDays = 7

/** What a step's messages say. */
export function aboutOf({ when }: Pick<ReminderStep, 'when'>): 'opening' | 'reminder' | 'closing' {
  if (when.on === 'closing') return when.offsetDays >= -lastDays ? 'closing' : 'reminder'
  return when.offsetDays > 0 ? 'reminder' : 'opening'
}

/** What is wrong with a plan beyond its form, each with its place. */
export function planFaults({ steps, quietHours }: Pick<ReminderPlan, 'steps' | 'quietHours'>): InputFault[] {
  const faults: InputFault[] = []
  const names = new Set<string>()
  for (const [i, { name, when, channels }] of steps.entries()) {
    if (names.has(name)) faults.push({ pointer: `/steps/${i}/name`, message: 'is the name of an earlier step' })
    names.add(name)
    if (when.on === 'closing' && when.offsetDays > 0)
      faults.push({
        pointer: `/steps/${i}/when/offsetDays`,
        message: 'must be 0 or less: the pickup has ended by then',
      })
    if (new Set(channels).size < channels.length)
      faults.push({ pointer: `/steps/${i}/channels`, message: 'has a channel twice' })
  }
  if (quietHours && quietHours.from === quietHours.to)
    faults.push({ pointer: '/quietHours', message: 'must end at another time than it begins, or be null' })
  return faults
}

/** The plan has no such step. */
export const unknownStep = defineProblem<{ step: string; steps: string[] }>({
  code: 'unknown_step',
  status: 422,
  title: 'The plan has no such step',
  detail: ({ steps }) =>
    steps.length > 0
      ? `The reminder plan has the steps ${steps.join(', ')}. Choose one of them, or add yours to the plan.`
      : 'The reminder plan has no steps. Add one first.',
  members: (facts) => ({ ...facts }),
})
