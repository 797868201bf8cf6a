import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { Deps } from '../../deps.ts'
import { type App, IdParams, routesOf } from '../../platform/http/index.ts'
import { ReauthenticationSchema, SessionSchema } from '../schemas.ts'
import { reauthenticationNote, reauthenticationOf } from '../second-factors/routes.ts'
import { browserOf, setCookies } from '../sessions/routes.ts'
import type { Throttle } from '../throttling/throttle.ts'
import {
  NewPasskeySchema,
  PasskeyChangeSchema,
  PasskeyChoiceSchema,
  PasskeyCreationSchema,
  PasskeyRequestSchema,
  PasskeySchema,
  PasskeySignInSchema,
} from './schemas.ts'
import { beginPasskeySignIn, signInByPasskey } from './sign-in.ts'
import {
  beginPasskey,
  readPasskeys,
  registerPasskey,
  removePasskey,
  removePasskeysOf,
  renamePasskey,
} from './use-cases.ts'

/** Signing in by a passkey, and one's own passkeys. */
export async function passkeyRoutes(app: App, { deps, throttle }: { deps: Deps; throttle: Throttle }): Promise<void> {
  const { list, command, patch, remove } = routesOf(app, deps, 'Identity')
  command(
    '/session/passkey/options',
    {
      summary: 'Begin to sign in by a passkey',
      description: 'For `navigator.credentials.get`, within five minutes. With `email` only that account’s are good.',
      config: { open: true, idempotency: 'none', rate: 'stranger' },
      body: PasskeyChoiceSchema,
      response: { 201: PasskeyRequestSchema },
    },
    async (deps, { body }) => {
      const options = await beginPasskeySignIn(deps, body?.email)
      return { ...options, timeout: options.timeout!, rpId: options.rpId!, userVerification: 'required' }
    },
  )
  command(
    '/session/passkey',
    {
      summary: 'Sign in by a passkey',
      config: { open: true, idempotency: 'none', rate: 'none' },
      body: PasskeySignInSchema,
      response: { 201: SessionSchema },
    },
    async (deps, request, reply) => {
      const response = request.body.response as AuthenticationResponseJSON
      const started = await signInByPasskey(deps, throttle, { response, browser: browserOf(request, deps.config) })
      setCookies(deps.config, request, reply, started)
      return { expiresAt: started.expiresAt }
    },
  )
  list('/me/passkeys', { summary: 'List one’s own passkeys', items: PasskeySchema }, (deps, { actor }, page) =>
    readPasskeys(deps, actor, page),
  )
  command(
    '/me/passkeys/options',
    {
      summary: 'Begin to register a passkey',
      description: `For \`navigator.credentials.create\`, within five minutes. ${reauthenticationNote}`,
      config: { idempotency: 'none', beforeSecondFactor: 'set_up' },
      body: ReauthenticationSchema,
      response: { 201: PasskeyCreationSchema },
    },
    async (deps, request) => {
      const { actor, body } = request
      return (await beginPasskey(deps, throttle, actor, reauthenticationOf(request, body))) as never
    },
  )
  command(
    '/me/passkeys',
    {
      summary: 'Register a passkey',
      config: { idempotency: 'after', beforeSecondFactor: 'set_up' },
      body: NewPasskeySchema,
      response: { 201: PasskeySchema },
    },
    (deps, { actor, body, ip, secret = '' }) => {
      const { name } = body
      const response = body.response as RegistrationResponseJSON
      return registerPasskey(deps, throttle, actor, { name, response, address: ip, session: secret })
    },
  )
  patch(
    '/me/passkeys/:id',
    {
      summary: 'Rename one of one’s own passkeys',
      params: IdParams,
      body: PasskeyChangeSchema,
      response: { 200: PasskeySchema },
    },
    (deps, { actor, params, body }) => renamePasskey(deps, actor, params.id, body.name),
  )
  command(
    '/me/passkeys/:id/removal',
    {
      summary: 'Remove one of one’s own passkeys',
      description: reauthenticationNote,
      config: { idempotency: 'none' },
      params: IdParams,
      body: ReauthenticationSchema,
    },
    async (deps, request) => {
      const { actor, params, body } = request
      await removePasskey(deps, throttle, actor, { id: params.id, reauthentication: reauthenticationOf(request, body) })
    },
  )
  remove(
    '/users/:id/passkeys',
    { summary: 'Take a user’s passkeys away', params: IdParams },
    (deps, { actor, params }) => removePasskeysOf(deps, actor, params.id),
  )
}
