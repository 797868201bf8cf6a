import { createHash } from 'node:crypto'
import type { Id } from '../../shared/ids.ts'
import type { Instant } from '../../shared/time.ts'
import type { Channel, ReminderStep } from '../plan/rules.ts'

/** A guardian of an enrollment as far as reminders are concerned. */
export interface Contact {
  enrollmentId: Id
  /** 1 or 2. */
  position: number
  email: string | null
  phone: string | null
  language: string
  consent: boolean
}

/** A kit that waits to be collected. */
export interface WaitingVoucher {
  id: Id
  enrollmentId: Id
  schoolId: Id
}

/** One guardian, of one child or of several, who is told of all of them in one message. */
export interface Recipient {
  /** A digest of campaign and contact: the same as long as the contact is. */
  key: string
  email: string | null
  phone: string | null
  /** Everything that their children's records have for them, these two among it. */
  addresses: string[]
  language: string
  consent: boolean
  /** An address of theirs is so many children's that it is nobody's: an office's. */
  isShared: boolean
  /** At least one. */
  vouchers: WaitingVoucher[]
  /** Which guardian of which child is meant. */
  guardians: { enrollmentId: Id; position: number }[]
}

/**
 * How many children of a campaign one family may have before its address is taken for an office's. An enrollment that a
 * transferred child left behind is not one more.
 */
export const mostChildren = 8

/**
 * How often to go on from a guardian to all who have an address of theirs until everybody is there who decides who that guardian
 * is, and everybody who is the same: from a telephone number to the e-mail address that goes with it, from there to the other
 * numbers that go with that, and to who has these. Nobody who is met on the way is taken for another than they are, but of those
 * at the end not all children are known.
 */
export const stepsToKin = 3

/** What an address is known by in a campaign once nobody is to read it. */
export function addressKey(campaignId: Id, address: string): string {
  return createHash('sha256').update(`${campaignId} ${address}`).digest('base64url')
}

/** Guardians of a campaign, and which of their addresses are an office's: those of more than {@link mostChildren} children. */
export interface Circle {
  contacts: readonly Contact[]
  offices: ReadonlySet<string>
}

/**
 * The guardians who have something to collect. Whoever has the same e-mail address is one and the same; so is a telephone
 * number that one e-mail address goes with, for siblings are written down differently. The circle is the whole campaign, or as
 * much of it as {@link stepsToKin} reach, so that nobody becomes another when a child has been served.
 */
export function recipientsOf(
  campaignId: Id,
  { contacts, offices }: Circle,
  waiting: readonly WaitingVoucher[],
): Recipient[] {
  const own = familyContacts(contacts, offices)
  const identityOf = identities(own)
  const waitingOf = Map.groupBy(waiting, ({ enrollmentId }) => enrollmentId)
  const known = new Set(own.map(({ enrollmentId }) => enrollmentId))
  const nobodies = [...waitingOf.keys()].filter((enrollmentId) => !known.has(enrollmentId)).map(nobodyOf)
  const found = new Map<string, Recipient>()
  // Also of the children who have been served: what one sibling's form says is good for the others.
  for (const guardian of [...own, ...nobodies]) {
    const identity = identityOf(guardian)
    const recipient = found.get(identity) ?? newRecipient(addressKey(campaignId, identity), guardian)
    found.set(identity, join(recipient, guardian, waitingOf.get(guardian.enrollmentId) ?? []))
  }
  return [...found.values()].filter(({ vouchers }) => vouchers.length > 0)
}

type Own = Contact & { isShared: boolean }

/** The contacts without addresses that are no family's. */
function familyContacts(contacts: readonly Contact[], offices: ReadonlySet<string>): Own[] {
  const isOffice = (address: string | null) => address !== null && offices.has(address)
  return contacts.map((contact) => ({
    ...contact,
    email: isOffice(contact.email) ? null : contact.email,
    phone: isOffice(contact.phone) ? null : contact.phone,
    isShared: isOffice(contact.email) || isOffice(contact.phone),
  }))
}

function identities(contacts: readonly Own[]): (contact: Own) => string {
  const emailsOf = new Map<string, Set<string>>()
  for (const { email, phone } of contacts)
    if (email && phone) emailsOf.set(phone, (emailsOf.get(phone) ?? new Set()).add(email))
  return ({ email, phone, enrollmentId, position }) => {
    if (email) return email
    if (!phone) return `${enrollmentId}/${position}`
    const [only, another] = emailsOf.get(phone) ?? []
    return only && !another ? only : phone
  }
}

/** What is known of somebody of whom nothing is. */
const unknown = { email: null, phone: null, consent: false, isShared: false }

const nobodyOf = (enrollmentId: Id): Own => ({ ...unknown, enrollmentId, position: 0, language: 'el' })

const newRecipient = (key: string, { language }: Own): Recipient => ({
  ...unknown,
  key,
  language,
  addresses: [],
  vouchers: [],
  guardians: [],
})

function join(recipient: Recipient, guardian: Own, vouchers: readonly WaitingVoucher[]): Recipient {
  const { email, phone, enrollmentId, position, consent, isShared } = guardian
  const known = new Set(recipient.vouchers.map(({ id }) => id))
  return {
    ...recipient,
    language: languageOf([recipient.language, guardian.language]),
    email: recipient.email ?? email,
    phone: recipient.phone ?? phone,
    addresses: [...new Set([...recipient.addresses, email ?? [], phone ?? []].flat())],
    consent: recipient.consent || consent,
    isShared: recipient.isShared || isShared,
    vouchers: [...recipient.vouchers, ...vouchers.filter(({ id }) => !known.has(id))],
    guardians: vouchers.length > 0 ? [...recipient.guardians, { enrollmentId, position }] : recipient.guardians,
  }
}

/** That the owner of an address wants no reminders of a campaign, and since when. */
export interface Stopped {
  campaignId: Id
  addressKey: string
  at: Instant
}

/** What is known of addresses, by {@link addressKey}. */
export type Marks = ReadonlyMap<string, { refused: boolean; stopped: boolean }>

/** What decides by which channel somebody is told. */
export interface Reach {
  campaignId: Id
  marks: Marks
  /** The channels that the service is set up for. */
  open: ReadonlySet<Channel>
  consentRequired: boolean
}

/** All that this guardian is known by in a campaign. */
export function keysOf({ key, addresses }: Pick<Recipient, 'key' | 'addresses'>, campaignId: Id): string[] {
  return [...new Set([key, ...addresses.map((address) => addressKey(campaignId, address))])]
}

/** Whether this guardian has asked to be left alone, by any address of theirs. */
export function hasStopped(recipient: Recipient, { campaignId, marks }: Pick<Reach, 'campaignId' | 'marks'>): boolean {
  return keysOf(recipient, campaignId).some((key) => marks.get(key)?.stopped)
}

/** The language to write in to somebody whose children's records say these: Greek is also what stands where nobody has asked. */
export function languageOf(known: readonly string[]): string {
  return known.find((language) => language !== 'el') ?? 'el'
}

/** The channels by which this guardian can be written to. */
export function channelsTo(recipient: Recipient, { campaignId, marks, open, consentRequired }: Reach): Channel[] {
  if (consentRequired && !recipient.consent) return []
  const isGood = (address: string | null) => address !== null && !marks.get(addressKey(campaignId, address))?.refused
  return [
    ...(open.has('email') && isGood(recipient.email) ? ['email' as const] : []),
    ...(open.has('sms') && isGood(recipient.phone) ? ['sms' as const] : []),
  ]
}

/** The channel to take: of the step's, in its order, the first by which this guardian can be reached and has not been in vain. */
export function chooseChannel(
  { channels }: Pick<ReminderStep, 'channels'>,
  possible: readonly Channel[],
  tried: ReadonlySet<Channel>,
): Channel | undefined {
  return channels.find((channel) => !tried.has(channel) && (channel === 'print' || possible.includes(channel)))
}

/** Why somebody has to be told by the school. */
export type Unreached = 'no_contact' | 'shared_address' | 'no_consent' | 'refused'

/** Why none of the channels leads to this guardian. */
export function whyUnreached(recipient: Recipient, { consentRequired, open }: Reach): Unreached {
  const usable = (open.has('email') && recipient.email) || (open.has('sms') && recipient.phone)
  if (!usable) return recipient.isShared ? 'shared_address' : 'no_contact'
  return consentRequired && !recipient.consent ? 'no_consent' : 'refused'
}
