import { AddressRefused, ChannelDown, DeliveryDelayed, DeliveryDoubtful } from '../delivery.ts'

/** What nodemailer says of a mail that was not sent. */
interface MailFault {
  code?: string
  message?: string
  responseCode?: number
  /** What the server answers, with its enhanced status code if it has one (RFC 2034). */
  response?: string
  /** The command that was under way. */
  command?: string
}

/** Not about this mailbox: not signed in, wrong order, TLS wanted, or the server is closing. */
const closedDoors = [421, 503, 530, 535, 538]

/**
 * About what the mail is or who we are, not about the mailbox: full or too large (552, which is 452 to clients that know,
 * RFC 5321, 4.5.3.1.10), the system's limits (5.3) and its policy (5.7, RFC 3463). People mend those, so it is tried again.
 */
const mendable = /^552|^5\d\d[ -]5\.[37]\./

/**
 * What `fault` means for the one mail it is about. `handedOver` says whether the server has got all of it, so that a
 * connection which ended without an answer may have delivered it.
 */
export function mailError(fault: MailFault, handedOver: boolean): Error {
  const { code = 'unknown', message = '', responseCode, response = '', command = '' } = fault
  // Nothing of the server's own words, which may hold an address.
  const trust = /certificate/.test(message) ? 'certificate not trusted' : ''
  const told = [code, responseCode, command.replace(/[^A-Z ]/g, ''), trust].filter(Boolean).join(' ')
  if (code === 'EENVELOPE' && !responseCode) return new AddressRefused(told)
  // The mail itself could not be made: the next one may do better.
  if (code === 'EMESSAGE' && !responseCode) return new DeliveryDelayed(told)
  if (code === 'ESTREAM') return new DeliveryDelayed(told)
  if (!responseCode || (code !== 'EENVELOPE' && code !== 'EMESSAGE'))
    return handedOver ? new DeliveryDoubtful(told) : new ChannelDown(told)
  // Who sends is the same for all.
  if (closedDoors.includes(responseCode) || command === 'MAIL FROM') return new ChannelDown(told)
  return responseCode < 500 || mendable.test(response) ? new DeliveryDelayed(told) : new AddressRefused(told)
}
