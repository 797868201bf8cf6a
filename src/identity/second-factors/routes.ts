import type { FastifyRequest } from 'fastify'
import qrcode from 'qrcode'
import type { AllDeps, Deps } from '../../deps.ts'
import { type App, IdParams, routesOf } from '../../platform/http/index.ts'
import {
  EnrolledTotpSchema,
  ReauthenticationSchema,
  RecoveryCodesSchema,
  TotpConfirmationSchema,
  TotpRemovalSchema,
  TotpSchema,
} from '../schemas.ts'
import type { Reauthentication } from '../sessions/reauthentication.ts'
import type { Throttle } from '../throttling/throttle.ts'
import { confirmTotp, enrollTotp, readTotp, removeTotp, removeTotpOf } from './use-cases.ts'

/** What the contract says where step-up authentication is asked for. */
export const reauthenticationNote =
  'Takes `password` where one signed in more than ten minutes ago: 401 `recent_proof_required` without it.'

/** What a request shows besides its session: the password, where it has one. */
export function reauthenticationOf(
  { secret = '', ip }: FastifyRequest,
  body: { password?: string | undefined } | null,
): Reauthentication {
  return { password: body?.password, secret, address: ip }
}

/** One's authenticator app and recovery codes. */
export async function secondFactorRoutes(
  app: App,
  { deps, throttle }: { deps: Deps & Pick<AllDeps, 'secretKey'>; throttle: Throttle },
): Promise<void> {
  const { get, command, remove } = routesOf(app, deps, 'Identity')
  get(
    '/me/totp',
    {
      summary: 'Read about one’s authenticator app',
      config: { beforeSecondFactor: 'always' },
      response: { 200: TotpSchema },
    },
    (deps, { actor }) => readTotp(deps, actor),
  )
  command(
    '/me/totp',
    {
      summary: 'Set an authenticator app up',
      description: reauthenticationNote,
      config: { idempotency: 'after', holdsSecret: true, beforeSecondFactor: 'set_up' },
      body: ReauthenticationSchema,
      response: { 201: EnrolledTotpSchema },
    },
    async (deps, request) => {
      const { actor } = request
      const { secret, uri } = await enrollTotp(deps, throttle, actor, reauthenticationOf(request, request.body))
      const qr = await qrcode.toString(uri, { type: 'svg', margin: 4 })
      return { secret, uri, qr }
    },
  )
  command(
    '/me/totp/confirm',
    {
      summary: 'Confirm an authenticator app',
      config: { idempotency: 'after', holdsSecret: true, beforeSecondFactor: 'set_up' },
      body: TotpConfirmationSchema,
      response: { 201: RecoveryCodesSchema },
    },
    async (deps, { actor, body, secret = '' }) => ({
      recoveryCodes: await confirmTotp(deps, actor, body.code, secret),
    }),
  )
  command(
    '/me/totp/removal',
    {
      summary: 'Remove one’s authenticator app',
      description: reauthenticationNote,
      config: { idempotency: 'none' },
      body: TotpRemovalSchema,
    },
    async (deps, request) => {
      const { actor, body } = request
      await removeTotp(deps, throttle, actor, { ...body, reauthentication: reauthenticationOf(request, body) })
    },
  )
  remove(
    '/users/:id/totp',
    { summary: 'Take a user’s second factor away', params: IdParams },
    (deps, { actor, params }) => removeTotpOf(deps, actor, params.id),
  )
}
