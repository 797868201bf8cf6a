import { isIP } from 'node:net'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { Config } from '../../platform/config/config.ts'
import type { UserRow } from '../repository.ts'
import type { PasskeyRow } from './repository.ts'
import { challengeMilliseconds, passkeysUnavailable } from './rules.ts'

/** Ed25519, ECDSA on P-256 and RSA with SHA-256, by their numbers in COSE (RFC 9053): what every authenticator has one of. */
const algorithms = [-8, -7, -257]

/** What the authenticator says of a passkey that it has made. */
export type NewPasskey = Pick<PasskeyRow, 'credentialId' | 'publicKey' | 'counter' | 'transports' | 'backedUp'>

/** Who we are to an authenticator: the site's name and where its pages come from; undefined where browsers refuse (WebAuthn, 5.1.2). */
export function relyingPartyOf(baseUrl: string): { id: string; origin: string } | undefined {
  const { hostname, origin, protocol } = new URL(baseUrl)
  if (isIP(hostname.replace(/^\[|\]$/g, ''))) return undefined
  return protocol === 'https:' || hostname === 'localhost' ? { id: hostname, origin } : undefined
}

/** Loaded when it is needed: it is large, and the start has to be quick. */
const library = () => import('@simplewebauthn/server')

/** Who we are to an authenticator. Raises `passkeys_unavailable`. */
function relyingParty({ baseUrl }: Config): { id: string; origin: string } {
  const party = relyingPartyOf(baseUrl)
  if (!party) throw passkeysUnavailable()
  return party
}

/**
 * What a browser makes a passkey by (W3C Web Authentication, 5.4). The authenticator keeps it together with the account, so that
 * nobody has to type an e-mail address, and checks who holds it by PIN, finger or face. Raises `passkeys_unavailable`.
 */
export async function creationOptions(config: Config, owner: UserRow, known: PasskeyRow[]) {
  const { id: rpID } = relyingParty(config)
  const { generateRegistrationOptions } = await library()
  return generateRegistrationOptions({
    rpName: 'Saka',
    rpID,
    userID: new Uint8Array(Buffer.from(owner.id)),
    userName: owner.email,
    userDisplayName: owner.name,
    timeout: challengeMilliseconds,
    attestationType: 'none',
    excludeCredentials: known.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  })
}

/**
 * What a browser asks for a passkey by (W3C Web Authentication, 5.5). It names none, whoever asks: a list would tell a stranger
 * who has an account (14.6.2). Raises `passkeys_unavailable`.
 */
export async function requestOptions(config: Config) {
  const { id: rpID } = relyingParty(config)
  const { generateAuthenticationOptions } = await library()
  const timeout = challengeMilliseconds
  const options = await generateAuthenticationOptions({ rpID, timeout, userVerification: 'required' })
  return { ...options, allowCredentials: [] }
}

/** The challenge that a browser says it answers; empty for what cannot be read. */
export function challengeIn({ response }: { response: { clientDataJSON: string } }): string {
  try {
    const { challenge } = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString()) as {
      challenge?: unknown
    }
    return typeof challenge === 'string' ? challenge : ''
  } catch {
    return ''
  }
}

/** The passkey that was made, if the answer is good (7.1); undefined otherwise. Raises `passkeys_unavailable`. */
export async function verifyNewPasskey(
  config: Config,
  response: RegistrationResponseJSON,
  challenge: string,
): Promise<NewPasskey | undefined> {
  const { id, origin } = relyingParty(config)
  if (!(await isWithoutCertificates(response))) return undefined
  const { verifyRegistrationResponse } = await library()
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  }).catch(() => undefined)
  if (!verified?.verified) return undefined
  const { credential, credentialBackedUp } = verified.registrationInfo
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: credential.transports ?? [],
    backedUp: credentialBackedUp,
  }
}

/**
 * Whether an answer comes without certificates, as was asked for. With them a caller could name an address of revoked ones,
 * which the library would fetch: the service calls nobody on a caller's behalf.
 */
async function isWithoutCertificates({ response }: RegistrationResponseJSON): Promise<boolean> {
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers')
  try {
    const object = decodeAttestationObject(new Uint8Array(Buffer.from(response.attestationObject, 'base64url')))
    return object.get('fmt') === 'none' || (object.get('fmt') === 'packed' && !object.get('attStmt').get('x5c'))
  } catch {
    return false
  }
}

/** What an authenticator has signed with `passkey`, if it is good (7.2 but for the counter); undefined otherwise. */
export async function verifySignature(
  config: Config,
  response: AuthenticationResponseJSON,
  challenge: string,
  passkey: PasskeyRow,
): Promise<{ counter: number; backedUp: boolean } | undefined> {
  const { id, origin } = relyingParty(config)
  const { verifyAuthenticationResponse } = await library()
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: true,
    // The counter is compared where it is stored, for of two at once both would see the old one here.
    credential: {
      id: passkey.credentialId,
      publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
      counter: 0,
    },
  }).catch(() => undefined)
  if (!verified?.verified) return undefined
  const { newCounter, credentialBackedUp } = verified.authenticationInfo
  return { counter: newCounter, backedUp: credentialBackedUp }
}
