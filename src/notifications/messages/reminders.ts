import type { Static } from 'typebox'
import { recordAccess, recordEvent } from '../../audit/index.ts'
import { checkOpen, checkTakesEnrollments, getCampaign } from '../../campaigns/index.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import type { Id } from '../../shared/ids.ts'
import { refuse } from '../../shared/problem.ts'
import { getPlan } from '../plan/repository.ts'
import { unknownStep } from '../plan/rules.ts'
import { endOfPickup, scheduleOf } from '../plan/schedule-rules.ts'
import type { RemindersSchema } from '../schemas.ts'
import { messageLanguage } from '../templates/language.ts'
import { type ChannelDeps, lookAhead, planStep, soonest, type Turn } from './planning.ts'
import type { DueMessage } from './planning-rules.ts'

/** Who would be told by a step, how, and in which language; each message in a dry run alone. */
type Preview = Static<typeof RemindersSchema>

/**
 * Sends a step now, whatever its time, to those who have not had it; quiet hours and the one message a day are kept to. With
 * `dryRun` nothing is sent and it answers who would be told, which is a look at personal data. Raises `unknown_step` and
 * `campaign_not_open`; a dry run may also look ahead of a draft.
 */
export async function sendReminders(
  deps: ChannelDeps,
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
  const preview = await previewOf(deps, turn, { step: name, dryRun })
  if (dryRun) {
    const facts = { step: name, records: preview.messages }
    await recordAccess(deps, actor, { event: 'messages.previewed', subjectId: campaignId, campaignId, facts })
  } else {
    await db.transact((tx) => recordEvent(deps, tx, actor, 'reminders.asked', campaignId, { step: name }))
    await planStep(deps, actor, turn)
  }
  return preview
}

async function previewOf(
  deps: ChannelDeps,
  turn: Turn,
  { step, dryRun }: Pick<Preview, 'step' | 'dryRun'>,
): Promise<Preview> {
  const goesAt = soonest(deps, turn.plan)
  const byChannel = { email: 0, sms: 0, print: 0 }
  const preview: Preview = { step, dryRun, goesAt, messages: 0, byChannel, byLanguage: {}, leftOut: {}, items: [] }
  for await (const { due, leftOut } of lookAhead(deps, turn, goesAt)) {
    preview.messages += due.length
    for (const one of due) {
      const item = previewed(one)
      countIn(preview.byChannel, item.channel)
      countIn(preview.byLanguage, item.language)
      if (dryRun) preview.items.push(item)
    }
    for (const { because } of leftOut) countIn(preview.leftOut, because)
  }
  return preview
}

function previewed({ recipient, channel }: DueMessage): Preview['items'][number] {
  const { email, phone, vouchers } = recipient
  return {
    channel,
    language: messageLanguage(recipient.language),
    to: channel === 'email' ? email : phone,
    enrollmentIds: vouchers.map(({ enrollmentId }) => enrollmentId),
    voucherIds: vouchers.map(({ id }) => id),
  }
}

function countIn(counts: Record<string, number>, word: string): void {
  counts[word] = (counts[word] ?? 0) + 1
}
