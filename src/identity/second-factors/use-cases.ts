import { randomBytes } from 'node:crypto'
import { generateSecret, generateURI, verify } from 'otplib'
import { recordEvent } from '../../audit/index.ts'
import type { AllDeps, Deps } from '../../deps.ts'
import { sealOf } from '../../platform/http/idempotency/encryption.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { notFound } from '../../shared/problem.ts'
import { findUser } from '../repository.ts'
import { type Actor, authorize } from '../rules.ts'
import { hashToken } from '../secrets.ts'
import { type Reauthentication, reauthenticate } from '../sessions/reauthentication.ts'
import { markTwoFactors } from '../sessions/repository.ts'
import { personOf } from '../sessions/rules.ts'
import { countAttempt } from '../throttling/attempts.ts'
import type { Throttle } from '../throttling/throttle.ts'
import {
  claimRecoveryCode,
  claimStep,
  confirmTotpRow,
  countRecoveryCodes,
  deleteTotp,
  findTotp,
  insertRecoveryCodes,
  putTotp,
  type TotpRow,
} from './repository.ts'
import { secondFactorRequired, totpConfirmed, totpNotEnrolled, wrongCode } from './rules.ts'

const recoveryCodeCount = 10
const toleranceSeconds = 30

/** What a person proves besides the password: the digits of an app, or one of the codes kept for when it is lost. */
export interface Proof {
  totp?: string | undefined
  recoveryCode?: string | undefined
}

/** Uses a proof up, in the transaction of what it allows. Raises `wrong_code` when it was used before. */
export type ClaimProof = (tx: Tx) => Promise<void>

/**
 * Sets an authenticator app up for oneself, which takes a step-up authentication; it counts once it is confirmed. Raises `people_only`,
 * `totp_confirmed`, and what {@link reauthenticate} raises.
 */
export async function enrollTotp(
  deps: Deps & Pick<AllDeps, 'secretKey'>,
  throttle: Throttle,
  actor: Actor | undefined,
  reauthentication: Reauthentication,
): Promise<{ secret: string; uri: string }> {
  const { id: userId, email = '' } = personOf(actor)
  await reauthenticate(deps, throttle, actor, reauthentication)
  const secret = generateSecret()
  const sealedSecret = sealOf(deps.secretKey).close(`${userId} ${secret}`)
  await deps.db.transact(async (tx) => {
    const row = { userId, sealedSecret, createdAt: deps.clock.now() }
    if (!(await putTotp(tx, row))) throw totpConfirmed()
    await recordEvent(deps, tx, personOf(actor), 'totp.enrolled', userId)
  })
  return { secret, uri: generateURI({ issuer: 'Saka', label: email, secret }) }
}

/**
 * Confirms the app by a code of it, and answers ten recovery codes, which are shown once. The session with the token `session`
 * has then shown two factors. Raises `totp_not_enrolled`, `totp_confirmed` and `wrong_code`.
 */
export async function confirmTotp(
  deps: Deps & Pick<AllDeps, 'secretKey'>,
  actor: Actor | undefined,
  totp: string,
  session: string,
): Promise<string[]> {
  const person = personOf(actor)
  const row = await findTotp(deps.db.read, person.id)
  if (!row) throw totpNotEnrolled()
  if (row.confirmedAt) throw totpConfirmed()
  const step = await stepOf(deps, row, totp)
  if (step === undefined) throw wrongCode()
  const codes = Array.from({ length: recoveryCodeCount }, newRecoveryCode)
  await deps.db.transact(async (tx) => {
    if (!(await confirmTotpRow(tx, person.id, row.sealedSecret, { at: deps.clock.now(), step }))) throw totpConfirmed()
    const hashes = codes.map((code) => recoveryHash(person.id, code))
    await insertRecoveryCodes(tx, person.id, hashes)
    await markTwoFactors(tx, hashToken(session))
    await recordEvent(deps, tx, person, 'totp.confirmed', person.id)
  })
  return codes
}

/** Whether one has an authenticator app that counts, and how many recovery codes are left. Raises `people_only`. */
export async function readTotp({ db }: Deps, actor: Actor | undefined) {
  const { id } = personOf(actor)
  const row = await findTotp(db.read, id)
  return { confirmed: Boolean(row?.confirmedAt), recoveryCodesLeft: await countRecoveryCodes(db.read, id) }
}

/**
 * Removes one's own authenticator app, which takes a code of it and a step-up authentication. Raises `second_factor_required`,
 * `wrong_code`, `too_many_attempts`, and what {@link reauthenticate} raises.
 */
export async function removeTotp(
  deps: Deps & Pick<AllDeps, 'secretKey'>,
  throttle: Throttle,
  actor: Actor | undefined,
  { reauthentication, ...proof }: Proof & { reauthentication: Reauthentication },
): Promise<void> {
  const person = personOf(actor)
  await reauthenticate(deps, throttle, actor, reauthentication)
  const attempted = { user: person, requestId: person.requestId ?? '' }
  const buckets = { account: `removal ${person.id}`, address: reauthentication.address }
  const attempt = await countAttempt(deps, throttle, buckets, attempted)
  const claim = await checkProof(deps, person.id, proof)
  await deps.db.transact(async (tx) => {
    await claim?.(tx)
    if (await deleteTotp(tx, person.id)) await recordEvent(deps, tx, person, 'totp.removed', person.id)
  })
  attempt.succeeded()
}

/** Takes a user's second factor away, who lost both the phone and the codes. Twice changes nothing. */
export function removeTotpOf(deps: Deps, actor: Actor | undefined, userId: Id): Promise<void> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'user:write')
    if (!(await findUser(tx, userId))) throw notFound({ what: 'user' })
    if (await deleteTotp(tx, userId)) await recordEvent(deps, tx, actor, 'totp.removed', userId)
  })
}

/**
 * Checks a user's second factor and answers how to use the proof up; undefined where the user has none to prove. Raises
 * `second_factor_required` without a proof and `wrong_code` for one that is wrong.
 */
export async function checkProof(
  deps: Deps & Pick<AllDeps, 'secretKey'>,
  userId: Id,
  { totp, recoveryCode }: Proof,
): Promise<ClaimProof | undefined> {
  const row = await findTotp(deps.db.read, userId)
  if (!row?.confirmedAt) return undefined
  if (totp !== undefined) {
    const step = await stepOf(deps, row, totp)
    if (step === undefined) throw wrongCode()
    return async (tx) => {
      if (!(await claimStep(tx, userId, step))) throw wrongCode()
    }
  }
  if (recoveryCode === undefined) throw secondFactorRequired()
  const codeHash = recoveryHash(userId, recoveryCode)
  return async (tx) => {
    if (!(await claimRecoveryCode(tx, userId, codeHash))) throw wrongCode()
  }
}

/** The half minute that `totp` belongs to (RFC 6238), this one or one of its neighbours; undefined when it is wrong. */
async function stepOf(
  deps: Deps & Pick<AllDeps, 'secretKey'>,
  { userId, sealedSecret }: TotpRow,
  totp: string,
): Promise<number | undefined> {
  const secret = secretOf(deps, userId, sealedSecret)
  if (secret === undefined) return undefined
  const epoch = Math.floor(Date.parse(deps.clock.now()) / 1000)
  const result = await verify({ secret, token: totp, epoch, epochTolerance: toleranceSeconds })
  return result.valid && 'timeStep' in result ? result.timeStep : undefined
}

/** The app's secret; undefined where it cannot be read. The recovery codes need no key, so they go on. */
function secretOf(deps: Deps & Pick<AllDeps, 'secretKey'>, userId: Id, sealedSecret: string): string | undefined {
  for (const key of [deps.secretKey, ...deps.config.formerSecretKeys]) {
    try {
      const [owner, secret] = sealOf(key).open(sealedSecret).split(' ')
      return owner === userId ? secret : undefined
    } catch {
      // It was encrypted with another.
    }
  }
  deps.log.error('an authenticator app’s secret cannot be read: SECRET_KEY is not the one that it was stored with')
  return undefined
}

/** 120 random bits in groups that people can copy: too many to guess, even from their hashes (OWASP ASVS 5.0, 6.5.2). */
function newRecoveryCode(): string {
  return randomBytes(15).toString('hex').match(/.{5}/g)!.join('-')
}

function recoveryHash(userId: Id, code: string): string {
  return hashToken(`${userId} ${code.toLowerCase().replace(/[^0-9a-f]/g, '')}`)
}
