import qrcode from 'qrcode'
import { Type } from 'typebox'
import { type App, answers, IdParams, ref } from '../platform/http/index.ts'
import { EnrolledTotpSchema, ProofSchema, RecoveryCodesSchema, TotpConfirmationSchema, TotpSchema } from './schemas.ts'
import { confirmTotp, enrollTotp, readTotp, removeTotp, removeTotpOf } from './second-factors.ts'
import type { Throttle } from './throttle.ts'

const tags = ['Identity']
const nothing = answers(204, Type.Null({ description: 'Done.' }))

/** One's authenticator app and recovery codes. */
export async function secondFactorRoutes(app: App, { throttle }: { throttle: Throttle }): Promise<void> {
  app.get(
    '/me/totp',
    { schema: { tags, summary: 'Read about one’s authenticator app', response: answers(200, ref(TotpSchema)) } },
    ({ deps, actor }) => readTotp(deps, actor),
  )
  app.post(
    '/me/totp',
    {
      config: { idempotency: 'after', holdsSecret: true },
      schema: { tags, summary: 'Set an authenticator app up', response: answers(201, ref(EnrolledTotpSchema)) },
    },
    async ({ deps, actor }, reply) => {
      const { secret, uri } = await enrollTotp(deps, actor)
      const qr = await qrcode.toString(uri, { type: 'svg', margin: 4 })
      reply.code(201)
      return { secret, uri, qr }
    },
  )
  app.post(
    '/me/totp/confirm',
    {
      config: { idempotency: 'after', holdsSecret: true },
      schema: {
        tags,
        summary: 'Confirm an authenticator app',
        body: TotpConfirmationSchema,
        response: answers(201, ref(RecoveryCodesSchema)),
      },
    },
    async ({ deps, actor, body }, reply) => {
      const recoveryCodes = await confirmTotp(deps, actor, body.code)
      reply.code(201)
      return { recoveryCodes }
    },
  )
  app.post(
    '/me/totp/removal',
    {
      config: { idempotency: 'none' },
      schema: { tags, summary: 'Remove one’s authenticator app', body: ProofSchema, response: nothing },
    },
    async ({ deps, actor, body, ip }, reply) => {
      const attempt = throttle.attempt({ account: `removal ${actor?.id}`, address: ip })
      await removeTotp(deps, actor, body)
      attempt.succeeded()
      return reply.code(204).send(null)
    },
  )
  app.delete(
    '/users/:id/totp',
    { schema: { tags, summary: 'Take a user’s second factor away', params: IdParams, response: nothing } },
    async ({ deps, actor, params }, reply) => {
      await removeTotpOf(deps, actor, params.id)
      return reply.code(204).send(null)
    },
  )
}
