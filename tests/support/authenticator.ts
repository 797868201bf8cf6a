// biome-ignore-all lint/suspicious/noExplicitAny: answers are sent as they are.

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'

/** What a browser and its authenticator would say otherwise than they should. */
export interface Said {
  origin?: string
  rpId?: string
  /** False: nobody was asked for a PIN or a finger. */
  verified?: boolean
  counter?: number
  userHandle?: string
}

/** An authenticator without a body: one ES256 key, no attestation, and a counter (W3C Web Authentication, 6.1). */
export interface Authenticator {
  credentialId: string
  /** What a browser sends back after `navigator.credentials.create(options)`. */
  create(options: { challenge: string; rp: { id: string }; user: { id: string } }, said?: Said): any
  /** What a browser sends back after `navigator.credentials.get(options)`. */
  get(options: { challenge: string; rpId: string }, said?: Said): any
}

const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()
const present = 0x01
const verified = 0x04
const backedUp = 0x18
const withKey = 0x40

/** A new authenticator in a browser that shows pages of `origin`. */
export function newAuthenticator(origin = 'https://saka.example.org'): Authenticator {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string }
  const id = randomBytes(32)
  const credentialId = base64url(id)
  let counter = 0
  let userHandle = ''

  const clientData = (type: string, challenge: string, said: Said) =>
    Buffer.from(JSON.stringify({ type, challenge, origin: said.origin ?? origin, crossOrigin: false }))
  const authenticatorData = (rpId: string, flags: number, said: Said, rest = Buffer.alloc(0)) => {
    const counted = Buffer.alloc(4)
    counted.writeUInt32BE(said.counter ?? counter)
    const all = flags | present | backedUp | (said.verified === false ? 0 : verified)
    return Buffer.concat([sha256(said.rpId ?? rpId), Buffer.from([all]), counted, rest])
  }
  const answer = (response: object) => ({
    id: credentialId,
    rawId: credentialId,
    type: 'public-key',
    clientExtensionResults: {},
    response,
  })
  // Key type EC2, algorithm ES256, curve P-256 and the two coordinates (RFC 9053, 7.1.1).
  const coseKey = isoCBOR.encode(
    new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ]),
  )

  return {
    credentialId,
    create({ challenge, rp, user }, said = {}) {
      userHandle ||= user.id
      const length = Buffer.from([0, id.length])
      const made = Buffer.concat([Buffer.alloc(16), length, id, coseKey])
      const attestationObject = isoCBOR.encode(
        new Map<string, any>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', new Uint8Array(authenticatorData(rp.id, withKey, said, made))],
        ]),
      )
      return answer({
        clientDataJSON: base64url(clientData('webauthn.create', challenge, said)),
        attestationObject: base64url(attestationObject),
        transports: ['internal'],
      })
    },
    get({ challenge, rpId }, said = {}) {
      counter++
      const data = authenticatorData(rpId, 0, said)
      const client = clientData('webauthn.get', challenge, said)
      return answer({
        clientDataJSON: base64url(client),
        authenticatorData: base64url(data),
        signature: base64url(sign('sha256', Buffer.concat([data, sha256(client)]), privateKey)),
        userHandle: said.userHandle ?? (userHandle || undefined),
      })
    },
  }
}
