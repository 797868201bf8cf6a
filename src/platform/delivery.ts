/**
 * What can come of handing a message to a channel, mail and SMS alike. None of these names the address, or quotes a
 * server: what servers answer has the address in it.
 */

/** Not this recipient, now or ever: there is no such mailbox or number, or its owner refuses us. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

/** It may be tried again, after `retryAfterSeconds` where the server says so. */
class Postponed extends Error {
  readonly retryAfterSeconds: number | undefined

  constructor(message: string, retryAfterSeconds?: number) {
    super(message)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Not this message, not now. */
export class DeliveryDelayed extends Postponed {
  override readonly name = 'DeliveryDelayed'
}

/** Nobody can be told over this channel now: it does not answer, or does not let us in. Nothing was handed over. */
export class ChannelDown extends Postponed {
  override readonly name = 'ChannelDown'
}

/** Nobody knows whether the message was taken. It must not be sent again by itself: a parent would be told twice. */
export class DeliveryDoubtful extends Error {
  override readonly name = 'DeliveryDoubtful'
}
