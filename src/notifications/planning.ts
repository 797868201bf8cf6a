import { randomBytes } from 'node:crypto'
import { recordEvent } from '../audit/index.ts'
import { type Campaign, getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, systemActor } from '../identity/index.ts'
import type { Id } from '../kernel/ids.ts'
import { type Instant, type LocalDate, localDate, plusMilliseconds } from '../kernel/time.ts'
import { askFor } from '../runs/index.ts'
import type { Tx } from '../schema.ts'
import {
  giveUpWaiting,
  hasMessages,
  insertMessages,
  insertNamedVouchers,
  listMessageStates,
  listOutdated,
  type Message,
  type MessageState,
} from './message-repository.ts'
import type { About } from './message-rules.ts'
import { getPlan, listOpenCampaigns } from './plan-repository.ts'
import { aboutOf, type Channel, type ReminderPlan } from './plan-rules.ts'
import { type DueMessage, dueMessage, type LeftOut, type Outlook } from './planning-rules.ts'
import { listContacts, listMarks, listRecipients, listWaitingVouchers, putRecipients } from './recipient-repository.ts'
import { type Recipient, recipientsOf } from './recipient-rules.ts'
import {
  endOfPickup,
  outOfQuietHours,
  patienceMilliseconds,
  type ScheduledStep,
  scheduleOf,
  stepInForce,
} from './schedule-rules.ts'

/** Few enough that others who wait for the writer hardly notice. */
const atOnce = 250

/** The job that sends the messages of a channel. */
const jobOf = (channel: 'email' | 'sms'): string => (channel === 'email' ? 'send-mail' : 'send-sms')

/** How a planning went. */
export interface Planned extends Record<string, number> {
  /** Guardians with something to collect. */
  lookedAt: number
  planned: number
  /** Those for the phone list among them. */
  listed: number
}

/**
 * Plans what is due in every open campaign: the step whose time it is, and the corrections of what was told and is no longer
 * so. Twice, or by two at once, is no more than once: the messages' unique indexes see to that.
 */
export async function planReminders(deps: Deps, signal?: AbortSignal): Promise<Planned & { givenUp: number }> {
  const figures = { lookedAt: 0, planned: 0, listed: 0, givenUp: 0 }
  for (const campaignId of await listOpenCampaigns(deps.db.read)) {
    if (signal?.aborted) break
    figures.givenUp += await giveUp(deps, campaignId)
    const campaign = await getCampaign(deps.db.read, campaignId)
    const plan = await getPlan(deps.db.read, campaignId)
    const now = deps.clock.now()
    const step = stepInForce(scheduleOf(plan, campaign, deps.config.timeZone), now)
    const planned = await planStep(deps, systemActor, { campaign, plan, step }, signal)
    figures.lookedAt += planned.lookedAt
    figures.planned += planned.planned
    figures.listed += planned.listed
  }
  return figures
}

/** What is planned for: a campaign with its plan, and the step whose turn it is. */
export interface Turn {
  campaign: Campaign
  plan: ReminderPlan
  step: ScheduledStep | undefined
}

/** Plans the messages that `turn` makes due, some hundreds to a transaction. */
export async function planStep(deps: Deps, actor: Actor, turn: Turn, signal?: AbortSignal): Promise<Planned> {
  const { timeZone } = deps.config
  const figures = { lookedAt: 0, planned: 0, listed: 0 }
  if (turn.campaign.status !== 'open' || deps.clock.now() >= endOfPickup(turn.campaign, timeZone)) return figures
  // Nobody is due anything, and nobody was told anything that could be corrected: no need to read a whole campaign for that.
  if (!turn.step && !(await hasMessages(deps.db.read, turn.campaign.id))) return figures
  const prospect = await lookAhead(deps, turn)
  figures.lookedAt = prospect.recipients.length
  for (let from = 0; from < prospect.due.length && !signal?.aborted; from += atOnce) {
    const some = prospect.due.slice(from, from + atOnce)
    const added = await deps.db.transact((tx) => addMessages(deps, tx, actor, turn, prospect.goesAt, some))
    figures.planned += added.length
    figures.listed += added.filter(({ channel }) => channel === 'print').length
  }
  return figures
}

/** What would be planned now. */
export interface Prospect {
  recipients: Recipient[]
  due: DueMessage[]
  leftOut: { recipient: Recipient; because: LeftOut }[]
  /** When the messages would begin to go out. */
  goesAt: Instant
  outlook: Outlook
}

/** Looks who is due what, without changing anything. */
export async function lookAhead(deps: Deps, { campaign, plan, step }: Turn): Promise<Prospect> {
  const { read } = deps.db
  const goesAt = outOfQuietHours(deps.clock.now(), plan.quietHours, deps.config.timeZone)
  const outlook: Outlook = {
    ...(await readReach(deps, plan)),
    plan,
    window: campaign,
    step: step?.step,
    outdated: await listOutdated(read, { campaignId: campaign.id }),
    day: localDate(goesAt, deps.config.timeZone),
  }
  const recipients = await readRecipients(deps, campaign.id)
  const pastOf = await readPast(deps, campaign.id)
  const due: DueMessage[] = []
  const leftOut: Prospect['leftOut'] = []
  for (const recipient of recipients) {
    const answer = dueMessage(recipient, pastOf(recipient.key), outlook)
    if (typeof answer === 'string') leftOut.push({ recipient, because: answer })
    else due.push(answer)
  }
  return { recipients, due, leftOut, goesAt, outlook }
}

/** What decides by which channels the guardians of a campaign can be reached. */
export async function readReach(
  { db, mailer, sms }: Deps,
  { campaignId, consentRequired }: Pick<ReminderPlan, 'campaignId' | 'consentRequired'>,
) {
  const open = new Set<Channel>([...(mailer ? ['email' as const] : []), ...(sms ? ['sms' as const] : [])])
  return { campaignId, consentRequired, open, marks: await listMarks(db.read, campaignId) }
}

/** The guardians of a campaign who have something to collect. */
export async function readRecipients({ db }: Deps, campaignId: Id): Promise<Recipient[]> {
  const contacts = await listContacts(db.read, campaignId)
  return recipientsOf(campaignId, contacts, await listWaitingVouchers(db.read, campaignId))
}

/** The earlier messages of each recipient of a campaign, by their key. */
export async function readPast({ db }: Deps, campaignId: Id): Promise<(key: string) => MessageState[]> {
  const ids = await listRecipients(db.read, campaignId)
  const byRecipient = new Map<Id, MessageState[]>()
  for (const message of await listMessageStates(db.read, campaignId)) {
    const known = byRecipient.get(message.recipientId)
    if (known) known.push(message)
    else byRecipient.set(message.recipientId, [message])
  }
  return (key) => byRecipient.get(ids.get(key) ?? '') ?? []
}

async function addMessages(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  turn: Turn,
  goesAt: Instant,
  due: readonly DueMessage[],
): Promise<Message[]> {
  const campaignId = turn.campaign.id
  const createdAt = deps.clock.now()
  const recipients = due.map(({ recipient: { key } }) => ({
    id: deps.newId(),
    campaignId,
    key,
    stopToken: newStopToken(),
    createdAt,
  }))
  const ids = await putRecipients(tx, campaignId, recipients)
  const day = localDate(goesAt, deps.config.timeZone)
  const messages = due.map((one) => newMessage(deps, turn, one, ids.get(one.recipient.key)!, day))
  const added = await insertMessages(tx, messages)
  const named = messages.flatMap(({ id }, i) =>
    added.has(id) ? due[i]!.recipient.vouchers.map((voucher) => ({ messageId: id, voucherId: voucher.id })) : [],
  )
  await insertNamedVouchers(tx, named)
  const planned = messages.filter(({ id }) => added.has(id))
  for (const { id, channel } of planned) if (channel !== 'print') await askToSend(deps, tx, id, channel, goesAt)
  if (planned.length > 0) await recordEvent(deps, tx, actor, 'messages.planned', campaignId, figuresOf(planned))
  return planned
}

function figuresOf(planned: readonly Message[]): Record<string, unknown> {
  const steps = [...new Set(planned.map(({ step }) => step))]
  const count = (channel: Channel) => planned.filter((message) => message.channel === channel).length
  return { steps, email: count('email'), sms: count('sms'), print: count('print') }
}

/** Asks for a message to be sent, not before `runAt`. */
function askToSend(deps: Deps, tx: Tx, id: Id, channel: 'email' | 'sms', runAt: Instant): Promise<boolean> {
  return askFor(deps, tx, { id: `message-${id}`, job: jobOf(channel), payload: { messageId: id }, runAt })
}

/** 72 random bits in twelve letters: every one of them is paid for in a text message. */
const newStopToken = () => randomBytes(9).toString('base64url')

function newMessage(
  { newId, clock, config }: Deps,
  { campaign, step: turn }: Turn,
  { recipient, step, edition, channel }: DueMessage,
  recipientId: Id,
  day: LocalDate,
): Message {
  const isPrinted = channel === 'print'
  const about: About = edition > 0 ? 'correction' : aboutOf(turn!.step)
  return {
    id: newId(),
    campaignId: campaign.id,
    recipientId,
    step,
    edition,
    channel,
    about,
    status: isPrinted ? 'listed' : 'queued',
    cause: null,
    language: recipient.language,
    day: isPrinted ? null : day,
    plannedAt: clock.now(),
    // A correction is worth sending until the end.
    notAfter: edition > 0 || !turn ? endOfPickup(campaign, config.timeZone) : turn.notAfter,
    sentAt: null,
    reference: null,
    toldFrom: null,
    toldUntil: null,
  }
}

/** Gives up what has waited too long for a channel that does not work, so that another can be tried. */
function giveUp(deps: Deps, campaignId: Id): Promise<number> {
  return deps.db.transact(async (tx) => {
    const before = plusMilliseconds(deps.clock.now(), -patienceMilliseconds)
    const messages = await giveUpWaiting(tx, campaignId, before)
    if (messages > 0) await recordEvent(deps, tx, systemActor, 'messages.given_up', campaignId, { messages })
    return messages
  })
}
