import type { Reader } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Message } from '../messages/repository.ts'
import { listContactsBy, listContactsOf, type RecipientRow } from './repository.ts'
import { addressKey, type Contact, languageOf } from './rules.ts'

type Guardian = Pick<Contact, 'email' | 'phone' | 'language'>

/**
 * The address of a recipient on the channel of a message, among the guardians of the children that it is about; undefined
 * where it has been changed or erased since. With it goes the language (BCP 47), and all keys that they are known by in the campaign.
 */
export async function contactOf(
  reader: Reader,
  { campaignId, channel }: Pick<Message, 'campaignId' | 'channel'>,
  { key }: Pick<RecipientRow, 'key'>,
  enrollmentIds: readonly Id[],
) {
  const guardians = await listContactsOf(reader, enrollmentIds)
  const keysOf = ({ email, phone }: Guardian) =>
    [email, phone].flatMap((address) => (address === null ? [] : addressKey(campaignId, address)))
  const isThem = (guardian: Guardian) => keysOf(guardian).includes(key)
  let theirs: Guardian[] = guardians.filter(isThem)
  // Known by what a sibling's form says beside the telephone number of this one.
  for (const { phone } of theirs.length > 0 ? [] : guardians)
    if (phone) theirs = theirs.concat((await listContactsBy(reader, campaignId, phone)).filter(isThem))
  const addressOf = ({ email, phone }: Guardian) => (channel === 'email' ? email : phone)
  // An address by which they are known comes before another that one of their children's records has.
  const reached =
    theirs.find((guardian) => addressKey(campaignId, addressOf(guardian) ?? '') === key) ??
    theirs.find((guardian) => addressOf(guardian) !== null)
  const address = reached && addressOf(reached)
  if (!address) return undefined
  const language = languageOf(theirs.map((guardian) => guardian.language))
  return { address, language, keys: [key, ...theirs.flatMap(keysOf)] }
}
