import qrcode from 'qrcode'
import { Type } from 'typebox'
import type { AllDeps, Deps } from '../deps.ts'
import {
  type App,
  answerList,
  answers,
  commandsOf,
  IdParams,
  ifMatch,
  listAnswers,
  PageQuerySchema,
  ref,
  withVersion,
} from '../platform/http/index.ts'
import { toInstant } from '../shared/time.ts'
import { askPasswordReset } from './links/mailed-resets.ts'
import { inviteUser, resetPassword } from './links/use-cases.ts'
import { oidcRoutes } from './oidc/routes.ts'
import { passkeyRoutes } from './passkeys/routes.ts'
import {
  ApiKeySchema,
  CreatedApiKeySchema,
  CreatedDeviceSchema,
  DeviceSchema,
  ForgottenPasswordSchema,
  NewApiKeySchema,
  NewDeviceSchema,
  NewUserSchema,
  ProvisionedDeviceSchema,
  ProvisioningSchema,
  ShownLinkSchema,
  UserChangeSchema,
  UserSchema,
} from './schemas.ts'
import { secondFactorRoutes } from './second-factors/routes.ts'
import type { Authenticator } from './sessions/authenticator.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { signInThrottle } from './throttling/throttle.ts'
import {
  changeUser,
  createApiKey,
  createDevice,
  createUser,
  provisionDevice,
  readApiKeys,
  readDevices,
  readUsers,
  revokeApiKey,
  revokeDevice,
} from './use-cases.ts'

const tags = ['Identity']
const nothing = answers(204, Type.Null({ description: 'Done.' }))

/** Signing in and out, users, API keys and devices. */
export async function identityRoutes(
  app: App,
  { deps, credentials }: { deps: Deps & Pick<AllDeps, 'mailer' | 'secretKey'>; credentials: Authenticator },
): Promise<void> {
  const command = commandsOf(app, deps)
  // Whoever's access changes here is not remembered from before.
  app.addHook('onSend', async ({ method }) => {
    if (method !== 'GET') credentials.forget()
  })
  const throttle = signInThrottle()
  await app.register(sessionRoutes, { deps, throttle })
  await app.register(secondFactorRoutes, { deps, throttle })
  await app.register(passkeyRoutes, { deps, throttle })
  await app.register(oidcRoutes, { deps, throttle })

  app.get(
    '/users',
    { schema: { tags, summary: 'List users', querystring: PageQuerySchema, response: listAnswers(UserSchema) } },
    (request, reply) =>
      answerList(deps, request, reply, UserSchema, (deps, page) => readUsers(deps, request.actor, page)),
  )
  command(
    '/users',
    {
      config: { idempotency: 'after', holdsSecret: true, rate: 'heavy' },
      schema: { tags, summary: 'Add a user', body: NewUserSchema, response: answers(201, ref(UserSchema)) },
    },
    async (deps, { actor, body }, reply) => {
      const user = await createUser(deps, actor, body)
      reply.code(201)
      return withVersion(reply, user)
    },
  )
  app.patch(
    '/users/:id',
    {
      schema: {
        tags,
        summary: 'Change a user',
        params: IdParams,
        body: UserChangeSchema,
        response: answers(200, ref(UserSchema)),
      },
    },
    async (request, reply) => {
      const { actor, params, body } = request
      return withVersion(reply, await changeUser(deps, actor, params.id, body, ifMatch(request)))
    },
  )

  for (const [noun, summary, makeLink] of [
    ['invitation', 'Make a link by which a new user sets a password', inviteUser],
    ['password-reset', 'Make a link by which a user sets a new password', resetPassword],
  ] as const)
    command(
      `/users/:id/${noun}`,
      {
        config: { holdsSecret: true },
        schema: { tags, summary, params: IdParams, response: answers(201, ref(ShownLinkSchema)) },
      },
      async (deps, { actor, params }, reply) => {
        const shown = await makeLink(deps, actor, params.id)
        reply.code(201)
        return shown
      },
    )

  // Counted by itself: a school whose staff forget their passwords goes on signing in.
  const resets = signInThrottle()
  app.post(
    '/password-reset',
    {
      config: { open: true, idempotency: 'none', rate: 'stranger' },
      schema: {
        tags,
        summary: 'Ask for a link for a new password by mail',
        description: 'The same answer whether there is an account; at most one mail to an account in 15 minutes.',
        body: ForgottenPasswordSchema,
        response: answers(202, Type.Null({ description: 'If there is such an account, a mail is on its way.' })),
      },
    },
    async ({ body, ip, id }, reply) => {
      await askPasswordReset(deps, resets, { email: body.email, address: ip, requestId: id })
      // A null would be written out.
      return reply.code(202).send(undefined as unknown as null)
    },
  )

  app.get(
    '/api-keys',
    { schema: { tags, summary: 'List API keys', querystring: PageQuerySchema, response: listAnswers(ApiKeySchema) } },
    (request, reply) =>
      answerList(deps, request, reply, ApiKeySchema, (deps, page) => readApiKeys(deps, request.actor, page)),
  )
  command(
    '/api-keys',
    {
      config: { holdsSecret: true },
      schema: {
        tags,
        summary: 'Make an API key',
        body: NewApiKeySchema,
        response: answers(201, ref(CreatedApiKeySchema)),
      },
    },
    async (deps, { actor, body }, reply) => {
      const expiresAt = body.expiresAt && toInstant(body.expiresAt)
      const created = await createApiKey(deps, actor, { ...body, expiresAt })
      reply.code(201)
      return created
    },
  )
  app.delete(
    '/api-keys/:id',
    { schema: { tags, summary: 'End an API key', params: IdParams, response: nothing } },
    async ({ actor, params }, reply) => {
      await revokeApiKey(deps, actor, params.id)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/devices',
    { schema: { tags, summary: 'List devices', querystring: PageQuerySchema, response: listAnswers(DeviceSchema) } },
    (request, reply) =>
      answerList(deps, request, reply, DeviceSchema, (deps, page) => readDevices(deps, request.actor, page)),
  )
  command(
    '/devices',
    {
      config: { holdsSecret: true },
      schema: {
        tags,
        summary: 'Register a device',
        body: NewDeviceSchema,
        response: answers(201, ref(CreatedDeviceSchema)),
      },
    },
    async (deps, { actor, body }, reply) => {
      const { device, provisioningToken } = await createDevice(deps, actor, body)
      const provisioningQr = await qrcode.toString(provisioningToken, { type: 'svg', margin: 4 })
      reply.code(201)
      return { ...device, provisioningToken, provisioningQr, expiresAt: device.provisioningExpiresAt }
    },
  )
  app.post(
    '/devices/provision',
    {
      config: { open: true, idempotency: 'none', rate: 'stranger' },
      schema: {
        tags,
        summary: 'Set up a device',
        body: ProvisioningSchema,
        response: answers(201, ref(ProvisionedDeviceSchema)),
      },
    },
    async ({ body, id }, reply) => {
      const { device, deviceToken } = await provisionDevice(deps, { ...body, requestId: id })
      reply.code(201)
      return { ...device, deviceToken }
    },
  )
  app.delete(
    '/devices/:id',
    { schema: { tags, summary: 'Cut a device off', params: IdParams, response: nothing } },
    async ({ actor, params }, reply) => {
      await revokeDevice(deps, actor, params.id)
      return reply.code(204).send(null)
    },
  )
}
