import { recordEvent, recordLook } from '../audit/index.ts'
import { checkOpen, checkTakesEnrollments, getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize } from '../identity/index.ts'
import type { Id } from '../kernel/ids.ts'
import { refuse } from '../kernel/problem.ts'
import type { Instant } from '../kernel/time.ts'
import { getPlan } from './plan-repository.ts'
import { type Channel, unknownStep } from './plan-rules.ts'
import { lookAhead, type Prospect, planStep, type Turn } from './planning.ts'
import type { LeftOut } from './planning-rules.ts'
import { endOfPickup, scheduleOf } from './schedule-rules.ts'
import { type MessageLanguage, messageLanguage } from './words/render.ts'

/** Who would be told by a step, how, and in which language. */
export interface Preview {
  step: string
  dryRun: boolean
  /** When the messages go out at the earliest. */
  goesAt: Instant
  messages: number
  byChannel: Record<Channel, number>
  byLanguage: Record<string, number>
  /** How many guardians get none, and why. */
  leftOut: Partial<Record<LeftOut, number>>
  /** Each message; in a dry run alone. */
  items: PreviewedMessage[]
}

/** A message as it would be sent. */
export interface PreviewedMessage {
  channel: Channel
  language: MessageLanguage
  to: string | null
  enrollmentIds: Id[]
  voucherIds: Id[]
}

/**
 * Sends a step now, whatever its time, to those who have not had it; quiet hours and the one message a day are kept to. With
 * `dryRun` nothing is sent and it answers who would be told, which is a look at personal data. Raises `unknown_step` and
 * `campaign_not_open`; a dry run may also look ahead of a draft.
 */
export async function sendReminders(
  deps: Deps,
  actor: Actor | undefined,
  { campaignId, step: name, dryRun }: { campaignId: Id; step: string; dryRun: boolean },
): Promise<Preview> {
  authorize(actor, 'reminder:write')
  const { db, clock, config } = deps
  const campaign = await getCampaign(db.read, campaignId)
  refuse(dryRun ? checkTakesEnrollments(campaign) : checkOpen(campaign))
  const plan = await getPlan(db.read, campaignId)
  const step = plan.steps.find((one) => one.name === name)
  if (!step) throw unknownStep({ step: name, steps: plan.steps.map((one) => one.name) })
  const now = clock.now()
  const next = scheduleOf(plan, campaign, config.timeZone).find(({ dueAt, step: one }) => dueAt > now && one !== step)
  const turn: Turn = {
    campaign,
    plan,
    step: { step, dueAt: now, notAfter: next?.dueAt ?? endOfPickup(campaign, config.timeZone) },
  }
  const prospect = await lookAhead(deps, turn)
  if (dryRun) {
    const facts = { step: name, records: prospect.due.length }
    await recordLook(deps, actor, { event: 'messages.previewed', subjectId: campaignId, campaignId, facts })
  } else {
    await db.transact((tx) => recordEvent(deps, tx, actor, 'reminders.asked', campaignId, { step: name }))
    await planStep(deps, actor, turn)
  }
  return previewOf(prospect, { step: name, dryRun })
}

function previewOf({ due, leftOut, goesAt }: Prospect, { step, dryRun }: { step: string; dryRun: boolean }): Preview {
  const items = due.map(({ recipient, channel }): PreviewedMessage => {
    const { email, phone, vouchers } = recipient
    return {
      channel,
      language: messageLanguage(recipient.language),
      to: channel === 'email' ? email : phone,
      enrollmentIds: vouchers.map(({ enrollmentId }) => enrollmentId),
      voucherIds: vouchers.map(({ id }) => id),
    }
  })
  const byChannel = { email: 0, sms: 0, print: 0, ...tally(items.map(({ channel }) => channel)) }
  const byLanguage = tally(items.map(({ language }) => language))
  const because = tally(leftOut.map((one) => one.because))
  return {
    step,
    dryRun,
    goesAt,
    messages: due.length,
    byChannel,
    byLanguage,
    leftOut: because,
    items: dryRun ? items : [],
  }
}

function tally<Word extends string>(words: readonly Word[]): Partial<Record<Word, number>> {
  const counts: Partial<Record<Word, number>> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
