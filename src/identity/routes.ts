import qrcode from 'qrcode'
import { Type } from 'typebox'
import type { AllDeps, Deps } from '../deps.ts'
import { type App, IdParams, ifMatch, routesOf } from '../platform/http/index.ts'
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

/** Signing in and out, users, API keys and devices. */
export async function identityRoutes(
  app: App,
  { deps, credentials }: { deps: Deps & Pick<AllDeps, 'mailer' | 'secretKey'>; credentials: Authenticator },
): Promise<void> {
  const { list, command, patch, remove } = routesOf(app, deps, 'Identity')
  // Whoever's access changes here is not remembered from before.
  app.addHook('onSend', async ({ method }) => {
    if (method !== 'GET') credentials.forget()
  })
  const throttle = signInThrottle()
  await app.register(sessionRoutes, { deps, throttle })
  await app.register(secondFactorRoutes, { deps, throttle })
  await app.register(passkeyRoutes, { deps, throttle })
  await app.register(oidcRoutes, { deps, throttle })

  list('/users', { summary: 'List users', items: UserSchema }, (deps, { actor }, page) => readUsers(deps, actor, page))
  command(
    '/users',
    {
      summary: 'Add a user',
      config: { idempotency: 'after', holdsSecret: true, rate: 'heavy' },
      body: NewUserSchema,
      response: { 201: UserSchema },
    },
    (deps, { actor, body }) => createUser(deps, actor, body),
  )
  patch(
    '/users/:id',
    { summary: 'Change a user', params: IdParams, body: UserChangeSchema, response: { 200: UserSchema } },
    (deps, { actor, params, body, headers }) => changeUser(deps, actor, params.id, body, ifMatch(headers)),
  )

  for (const [noun, summary, makeLink] of [
    ['invitation', 'Make a link by which a new user sets a password', inviteUser],
    ['password-reset', 'Make a link by which a user sets a new password', resetPassword],
  ] as const)
    command(
      `/users/:id/${noun}`,
      { summary, config: { holdsSecret: true }, params: IdParams, response: { 201: ShownLinkSchema } },
      (deps, { actor, params }) => makeLink(deps, actor, params.id),
    )

  // Counted by itself: a school whose staff forget their passwords goes on signing in.
  const resets = signInThrottle()
  command(
    '/password-reset',
    {
      summary: 'Ask for a link for a new password by mail',
      description: 'The same answer whether there is an account; at most one mail to an account in 15 minutes.',
      config: { open: true, idempotency: 'none', rate: 'stranger' },
      body: ForgottenPasswordSchema,
      response: { 202: Type.Null({ description: 'If there is such an account, a mail is on its way.' }) },
    },
    async (deps, { body, ip, id }) => {
      await askPasswordReset(deps, resets, { email: body.email, address: ip, requestId: id })
      return null
    },
  )

  list('/api-keys', { summary: 'List API keys', items: ApiKeySchema }, (deps, { actor }, page) =>
    readApiKeys(deps, actor, page),
  )
  command(
    '/api-keys',
    {
      summary: 'Make an API key',
      config: { holdsSecret: true },
      body: NewApiKeySchema,
      response: { 201: CreatedApiKeySchema },
    },
    (deps, { actor, body }) =>
      createApiKey(deps, actor, { ...body, expiresAt: body.expiresAt && toInstant(body.expiresAt) }),
  )
  remove('/api-keys/:id', { summary: 'End an API key', params: IdParams }, (deps, { actor, params }) =>
    revokeApiKey(deps, actor, params.id),
  )

  list('/devices', { summary: 'List devices', items: DeviceSchema }, (deps, { actor }, page) =>
    readDevices(deps, actor, page),
  )
  command(
    '/devices',
    {
      summary: 'Register a device',
      config: { holdsSecret: true },
      body: NewDeviceSchema,
      response: { 201: CreatedDeviceSchema },
    },
    async (deps, { actor, body }) => {
      const { device, provisioningToken } = await createDevice(deps, actor, body)
      const provisioningQr = await qrcode.toString(provisioningToken, { type: 'svg', margin: 4 })
      return { ...device, provisioningToken, provisioningQr, expiresAt: device.provisioningExpiresAt }
    },
  )
  command(
    '/devices/provision',
    {
      summary: 'Set up a device',
      config: { open: true, idempotency: 'none', rate: 'stranger' },
      body: ProvisioningSchema,
      response: { 201: ProvisionedDeviceSchema },
    },
    async (deps, { body, id }) => {
      const { device, deviceToken } = await provisionDevice(deps, { ...body, requestId: id })
      return { ...device, deviceToken }
    },
  )
  remove('/devices/:id', { summary: 'Cut a device off', params: IdParams }, (deps, { actor, params }) =>
    revokeDevice(deps, actor, params.id),
  )
}
