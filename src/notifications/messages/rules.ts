/**
 * `queued → sending → sent | doubtful | refused`, back to `queued` to be tried again, `failed` where that was of no use,
 * `cancelled` before it went out, `bounced` after. `listed` is one that the school makes with the phone list. `doubtful`:
 * the outcome is unknown, so the guardian is taken to have been told.
 */
export const messageStatuses = [
  'queued',
  'sending',
  'sent',
  'doubtful',
  'refused',
  'failed',
  'bounced',
  'cancelled',
  'listed',
] as const

/** One of {@link messageStatuses}. */
export type MessageStatus = (typeof messageStatuses)[number]

const unfinished = ['queued', 'sending', 'doubtful', 'failed'] as const

/**
 * From which statuses a message comes to each. What its sender says counts for one that was taken for interrupted, as after a
 * clock that jumped.
 */
export const statusesBefore = {
  queued: ['sending'],
  sending: ['queued', 'failed'],
  sent: unfinished,
  doubtful: ['sending'],
  refused: unfinished,
  failed: unfinished,
  bounced: ['sent', 'doubtful'],
  cancelled: ['queued', 'failed'],
} as const satisfies Partial<Record<MessageStatus, readonly MessageStatus[]>>

/** On its way or there: no other is planned in its place. */
const live: readonly MessageStatus[] = ['queued', 'sending', 'sent', 'doubtful']

/** Whether a message is on its way, or has been told. */
export const isLive = (status: MessageStatus): boolean => live.includes(status)

/** Whether the guardian has to be taken to know what a message says. */
export const isTold = (status: MessageStatus): boolean => status === 'sent' || status === 'doubtful'

/** What a message says. */
export type About = 'opening' | 'reminder' | 'closing' | 'correction'

/** Why a message was not sent after all. */
export type CancelReason = 'campaign_over' | 'superseded' | 'stopped' | 'collected' | 'address_changed' | 'told_already'

/** What became known of an address: it does not exist, or whoever reads it calls us a nuisance. */
export const refusals = ['refused', 'bounced', 'complained'] as const

/** One of {@link refusals}. */
export type Refusal = (typeof refusals)[number]

/**
 * What is reported of a mail or a text message that was taken at first: it could not be delivered for good, it could not for
 * now, or whoever got it calls it a nuisance.
 */
export const bounceKinds = ['hard', 'soft', 'complaint'] as const

/** What a report means for the address; nothing where it may do better next time. */
export function refusalOf(kind: (typeof bounceKinds)[number]): Refusal | undefined {
  return kind === 'hard' ? 'bounced' : kind === 'complaint' ? 'complained' : undefined
}

/** The id of a message in its Message-ID as mail servers report it (`<message-ID@host>`), or written alone. */
export function messageIdIn(text: string): string | undefined {
  return /^<?(?:message-)?([0-9a-f-]{36})(?:@[^>]*)?>?$/.exec(text.trim().toLowerCase())?.[1]
}
