import { setImmediate } from 'node:timers/promises'
import type { Reader } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import {
  type Addresses,
  listContactsAt,
  listContactsOf,
  listSharedAddresses,
  listWaitingVouchers,
  listWaitingVouchersOf,
} from './repository.ts'
import { type Circle, type Contact, mostChildren, type Recipient, recipientsOf, stepsToKin } from './rules.ts'

/** How many children are looked at at a time: they, and whoever shares an address with their guardians, are in memory together. */
const childrenAtOnce = 250

/** Whose kits wait: of a campaign, at these schools alone if there are any. */
export interface Waiting {
  campaignId: Id
  schoolIds?: readonly Id[] | undefined
}

/**
 * The guardians of a campaign who have something to collect, some at a time, each once: with the first of their children who
 * waits, at these schools if there are any. They are the same in slices of any size.
 */
export async function* recipientsInSlices(
  reader: Reader,
  { campaignId, schoolIds }: Waiting,
  atOnce = childrenAtOnce,
): AsyncGenerator<Recipient[]> {
  // Thousands of children may have an office's address: it is counted once.
  const offices = new Set<string>()
  let after = ''
  for (let isMore = true; isMore; ) {
    const slice = await listWaitingVouchers(reader, { campaignId, after, limit: atOnce, schoolIds })
    const children = new Set(slice.map(({ enrollmentId }) => enrollmentId))
    const recipients = await recipientsAround(reader, campaignId, [...children], offices)
    const isHere = schoolIds && new Set(schoolIds)
    yield recipients.filter(({ vouchers }) => {
      const first = vouchers.find(({ schoolId }) => !isHere || isHere.has(schoolId))
      return first && children.has(first.enrollmentId)
    })
    isMore = slice.length === atOnce
    // A database in this process answers at once: others would wait for the whole campaign.
    await setImmediate()
    after = slice.at(-1)?.enrollmentId ?? after
  }
}

/**
 * The guardians of these children, all of them with whatever they have to collect, among others of whom only a part may be known. Adds
 * to `offices` those that it meets.
 */
export async function recipientsAround(
  reader: Reader,
  campaignId: Id,
  enrollmentIds: readonly Id[],
  offices: Set<string> = new Set(),
): Promise<Recipient[]> {
  const circle = await readCircle(reader, campaignId, enrollmentIds, offices)
  const children = new Set([...enrollmentIds, ...circle.contacts.map(({ enrollmentId }) => enrollmentId)])
  return recipientsOf(campaignId, circle, await listWaitingVouchersOf(reader, [...children]))
}

/** The guardians of these children and whoever decides who they are, in the order of their children. */
async function readCircle(
  reader: Reader,
  campaignId: Id,
  enrollmentIds: readonly Id[],
  offices: Set<string>,
): Promise<Circle> {
  const found = new Map<string, Contact>()
  const asked = new Set<string>()
  let met: Contact[] = await listContactsOf(reader, enrollmentIds)
  for (let step = 0; ; step++) {
    for (const contact of met) found.set(`${contact.enrollmentId}/${contact.position}`, contact)
    const addresses = addressesOf(met, (address) => !asked.has(address) && !offices.has(address))
    const news = [...addresses.email, ...addresses.phone]
    for (const address of news) asked.add(address)
    for (const office of await listSharedAddresses(reader, campaignId, addresses, mostChildren)) offices.add(office)
    if (news.length === 0 || step === stepsToKin) break
    const isFamily = (address: string) => !offices.has(address)
    met = await listContactsAt(reader, campaignId, {
      email: addresses.email.filter(isFamily),
      phone: addresses.phone.filter(isFamily),
    })
  }
  return { contacts: [...found.values()].sort(byChild), offices }
}

function addressesOf(contacts: readonly Contact[], isMeant: (address: string) => boolean): Addresses {
  const distinct = (column: keyof Addresses) =>
    [...new Set(contacts.flatMap((contact) => contact[column] ?? []))].filter(isMeant)
  return { email: distinct('email'), phone: distinct('phone') }
}

function byChild(a: Contact, b: Contact): number {
  if (a.enrollmentId !== b.enrollmentId) return a.enrollmentId < b.enrollmentId ? -1 : 1
  return a.position - b.position
}
