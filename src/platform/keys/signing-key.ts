import {
  createHmac,
  createPrivateKey,
  createSecretKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { OperatorError } from '../operator-error.ts'
import { keptKey } from './kept-key.ts'

const macCharacters = 22

/** Signs with a key that does not leave it. */
export type Signer = ReturnType<typeof openSigner>

/** `text` as an Ed25519 private key: PKCS #8 in base64 (RFC 8410); undefined if it is none. */
export function signingKeyFrom(text: string): KeyObject | undefined {
  try {
    const key = createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' })
    return key.asymmetricKeyType === 'ed25519' ? key : undefined
  } catch {
    return undefined
  }
}

/** A signer with the key `text`, or without one with the key in `file`, which is made if it is not there. Throws an `OperatorError` where that file holds something else. */
export function openSigner(text: string | undefined, file: string) {
  const key = signingKeyFrom(text ?? keptKey(file, newKey))
  if (!key)
    throw new OperatorError(
      `${file} holds no signing key. Restore it from a backup, or move it away to have a new one made.`,
    )
  const { x, d } = key.export({ format: 'jwk' })
  const macKey = createSecretKey(
    Buffer.from(hkdfSync('sha256', Buffer.from(d!, 'base64url'), '', 'saka event mark', 32)),
  )
  return {
    /** 32 bytes, in hex. */
    publicKey: Buffer.from(x!, 'base64url').toString('hex'),
    /** An Ed25519 signature (RFC 8032) over `data`, in hex. */
    sign: (data: Uint8Array) => sign(null, data, key).toString('hex'),
    /** The MAC of `text`: 132 bits of HMAC-SHA-256 under a key derived from this one, base64url. */
    mac: (text: string) => createHmac('sha256', macKey).update(text).digest('base64url').slice(0, macCharacters),
  }
}

const newKey = () =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
