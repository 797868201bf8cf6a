import type { Id } from '../../shared/ids.ts'
import type { Instant, LocalDate } from '../../shared/time.ts'
import type { Channel, ReminderPlan, ReminderStep } from '../plan/rules.ts'
import type { PickupWindow } from '../plan/schedule-rules.ts'
import { channelsTo, chooseChannel, hasStopped, type Reach, type Recipient } from '../recipients/rules.ts'
import { isLive, isTold, type MessageStatus } from './rules.ts'

/** What planning knows of a message of before. */
export interface PastMessage {
  id: Id
  step: string
  edition: number
  channel: Channel
  status: MessageStatus
  day: LocalDate | null
  toldFrom: LocalDate | null
  toldUntil: LocalDate | null
  sentAt: Instant | null
}

/** A message that is due. */
export interface DueMessage {
  recipient: Recipient
  step: string
  edition: number
  channel: Channel
}

/** Why a guardian gets no message now. */
export type LeftOut = 'stopped' | 'told' | 'on_its_way' | 'told_today' | 'unreached'

/** What decides about one guardian: the plan, where it stands, and what became of earlier messages. */
export interface Outlook extends Reach {
  plan: Pick<ReminderPlan, 'steps'>
  window: PickupWindow
  /** The step that is due, if any is. */
  step: ReminderStep | undefined
  /** Messages that name a code which has been replaced. */
  outdated: ReadonlySet<Id>
  /** The local day on which a message planned now goes out. */
  day: LocalDate
}

/** What a guardian was told last, of these messages. */
export function lastTold<M extends PastMessage>(past: readonly M[]): M | undefined {
  return past
    .filter(({ status }) => isTold(status))
    .reduce<M | undefined>((last, next) => (last && (last.sentAt ?? '') > (next.sentAt ?? '') ? last : next), undefined)
}

/** Whether what a message told is no longer so: the window has moved, or a code has been replaced. */
export function isOutdated(
  { id, toldFrom, toldUntil }: Pick<PastMessage, 'id' | 'toldFrom' | 'toldUntil'>,
  { window, outdated }: Pick<Outlook, 'window' | 'outdated'>,
): boolean {
  return toldFrom !== window.pickupFrom || toldUntil !== window.pickupUntil || outdated.has(id)
}

/** The message that this guardian is due now, or why there is none. */
export function dueMessage(recipient: Recipient, past: readonly PastMessage[], outlook: Outlook): DueMessage | LeftOut {
  if (hasStopped(recipient, outlook)) return 'stopped'
  const target = targetOf(past, outlook)
  if (!target) return 'told'
  const before = past.filter(({ step, edition }) => step === target.name && edition === target.edition)
  if (before.some(({ status }) => isLive(status))) return 'on_its_way'
  const tried = new Set(before.map(({ channel }) => channel))
  const channel = chooseChannel(target, channelsTo(recipient, outlook), tried)
  if (channel === undefined) return 'unreached'
  if (channel !== 'print' && past.some(({ day }) => day === outlook.day)) return 'told_today'
  return { recipient, step: target.name, edition: target.edition, channel }
}

/** What there is to say: the step that is due, if it has not been said, or the correction of what is no longer so. */
function targetOf(past: readonly PastMessage[], outlook: Outlook) {
  const { step, plan } = outlook
  const isSaid = (name: string) => past.some((message) => message.step === name && isTold(message.status))
  if (step && !isSaid(step.name)) return { name: step.name, channels: step.channels, edition: 0 }
  const told = lastTold(past)
  if (!told || !isOutdated(told, outlook)) return undefined
  const channels = plan.steps.find(({ name }) => name === told.step)?.channels ?? [told.channel]
  return { name: told.step, channels, edition: told.edition + 1 }
}
