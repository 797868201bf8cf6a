import type { Refusal } from './rules.ts'

/**
 * What is reported of a mail or a text message that was taken at first: it could not be delivered for good, it could not for
 * now, or whoever got it calls it a nuisance.
 */
export const bounceKinds = ['hard', 'soft', 'complaint'] as const

/** One of {@link bounceKinds}. */
export type BounceKind = (typeof bounceKinds)[number]

/** What a report means for the address; nothing where it may do better next time. */
export function refusalOf(kind: BounceKind): Refusal | undefined {
  return kind === 'hard' ? 'bounced' : kind === 'complaint' ? 'complained' : undefined
}

/** The id of a message in its Message-ID as mail servers report it (`<message-ID@host>`), or written alone. */
export function messageIdIn(text: string): string | undefined {
  return /^<?(?:message-)?([0-9a-f-]{36})(?:@[^>]*)?>?$/.exec(text.trim().toLowerCase())?.[1]
}
