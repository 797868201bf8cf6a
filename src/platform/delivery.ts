/**
 * What can come of handing a message to a channel, mail and SMS alike. None of these names the address, or quotes a
 * server: what servers answer has the address in it.
 */

/** Not this recipient, now or ever: there is no such mailbox or number, or its owner refuses us. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

/** Not this message, not now: it may be tried again, after `retryAfterSeconds` where the server says so. */
export class DeliveryDelayed extends Error {
  override readonly name = 'DeliveryDelayed'
  readonly retryAfterSeconds: number | undefined

  constructor(message: string, retryAfterSeconds?: number) {
    super(message)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Nobody can be told over this channel now: it does not answer, or does not let us in. Nothing was handed over. */
export class ChannelDown extends Error {
  override readonly name = 'ChannelDown'
  readonly retryAfterSeconds: number | undefined

  constructor(message: string, retryAfterSeconds?: number) {
    super(message)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Nobody knows whether the message was taken. It must not be sent again by itself: a parent would be told twice. */
export class DeliveryDoubtful extends Error {
  override readonly name = 'DeliveryDoubtful'
}
