import type { FastifyRequest } from 'fastify'
import qrcode from 'qrcode'
import { Type } from 'typebox'
import type { AllDeps, Deps } from '../../deps.ts'
import { type App, answers, commandsOf, IdParams, ref } from '../../platform/http/index.ts'
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

const tags = ['Identity']
const nothing = answers(204, Type.Null({ description: 'Done.' }))

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
  const command = commandsOf(app, deps)
  app.get(
    '/me/totp',
    {
      config: { beforeSecondFactor: 'always' },
      schema: { tags, summary: 'Read about one’s authenticator app', response: answers(200, ref(TotpSchema)) },
    },
    ({ actor }) => readTotp(deps, actor),
  )
  command(
    '/me/totp',
    {
      config: { idempotency: 'after', holdsSecret: true, beforeSecondFactor: 'set_up' },
      schema: {
        tags,
        summary: 'Set an authenticator app up',
        description: reauthenticationNote,
        body: ReauthenticationSchema,
        response: answers(201, ref(EnrolledTotpSchema)),
      },
    },
    async (deps, request, reply) => {
      const { actor } = request
      const { secret, uri } = await enrollTotp(deps, throttle, actor, reauthenticationOf(request, request.body))
      const qr = await qrcode.toString(uri, { type: 'svg', margin: 4 })
      reply.code(201)
      return { secret, uri, qr }
    },
  )
  command(
    '/me/totp/confirm',
    {
      config: { idempotency: 'after', holdsSecret: true, beforeSecondFactor: 'set_up' },
      schema: {
        tags,
        summary: 'Confirm an authenticator app',
        body: TotpConfirmationSchema,
        response: answers(201, ref(RecoveryCodesSchema)),
      },
    },
    async (deps, { actor, body, secret = '' }, reply) => {
      const recoveryCodes = await confirmTotp(deps, actor, body.code, secret)
      reply.code(201)
      return { recoveryCodes }
    },
  )
  app.post(
    '/me/totp/removal',
    {
      config: { idempotency: 'none' },
      schema: {
        tags,
        summary: 'Remove one’s authenticator app',
        description: reauthenticationNote,
        body: TotpRemovalSchema,
        response: nothing,
      },
    },
    async (request, reply) => {
      const { actor, body } = request
      await removeTotp(deps, throttle, actor, { ...body, reauthentication: reauthenticationOf(request, body) })
      return reply.code(204).send(null)
    },
  )
  app.delete(
    '/users/:id/totp',
    { schema: { tags, summary: 'Take a user’s second factor away', params: IdParams, response: nothing } },
    async ({ actor, params }, reply) => {
      await removeTotpOf(deps, actor, params.id)
      return reply.code(204).send(null)
    },
  )
}
