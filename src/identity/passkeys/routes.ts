import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { Type } from 'typebox'
import type { Deps } from '../../deps.ts'
import {
  type App,
  answerList,
  answers,
  commandsOf,
  IdParams,
  listAnswers,
  PageQuerySchema,
  ref,
} from '../../platform/http/index.ts'
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

const tags = ['Identity']
const nothing = answers(204, Type.Null({ description: 'Done.' }))

/** Signing in by a passkey, and one's own passkeys. */
export async function passkeyRoutes(app: App, { deps, throttle }: { deps: Deps; throttle: Throttle }): Promise<void> {
  const command = commandsOf(app, deps)
  app.post(
    '/session/passkey/options',
    {
      config: { open: true, idempotency: 'none', rate: 'stranger' },
      schema: {
        tags,
        summary: 'Begin to sign in by a passkey',
        description: 'For `navigator.credentials.get`, within five minutes. With `email` only that account’s are good.',
        body: PasskeyChoiceSchema,
        response: answers(201, ref(PasskeyRequestSchema)),
      },
    },
    async ({ body }, reply) => {
      const options = await beginPasskeySignIn(deps, body?.email)
      reply.code(201)
      return { ...options, timeout: options.timeout!, rpId: options.rpId!, userVerification: 'required' }
    },
  )
  app.post(
    '/session/passkey',
    {
      config: { open: true, idempotency: 'none', rate: 'none' },
      schema: {
        tags,
        summary: 'Sign in by a passkey',
        body: PasskeySignInSchema,
        response: answers(201, ref(SessionSchema)),
      },
    },
    async (request, reply) => {
      const response = request.body.response as AuthenticationResponseJSON
      const started = await signInByPasskey(deps, throttle, { response, browser: browserOf(request, deps.config) })
      setCookies(deps.config, request, reply, started)
      return reply.code(201).send({ expiresAt: started.expiresAt })
    },
  )
  app.get(
    '/me/passkeys',
    {
      schema: {
        tags,
        summary: 'List one’s own passkeys',
        querystring: PageQuerySchema,
        response: listAnswers(PasskeySchema),
      },
    },
    (request, reply) =>
      answerList(deps, request, reply, PasskeySchema, (deps, page) => readPasskeys(deps, request.actor, page)),
  )
  app.post(
    '/me/passkeys/options',
    {
      config: { idempotency: 'none', beforeSecondFactor: 'set_up' },
      schema: {
        tags,
        summary: 'Begin to register a passkey',
        description: `For \`navigator.credentials.create\`, within five minutes. ${reauthenticationNote}`,
        body: ReauthenticationSchema,
        response: answers(201, ref(PasskeyCreationSchema)),
      },
    },
    async (request, reply) => {
      const { actor, body } = request
      const options = await beginPasskey(deps, throttle, actor, reauthenticationOf(request, body))
      return reply.code(201).send(options as never)
    },
  )
  command(
    '/me/passkeys',
    {
      config: { idempotency: 'after', beforeSecondFactor: 'set_up' },
      schema: {
        tags,
        summary: 'Register a passkey',
        body: NewPasskeySchema,
        response: answers(201, ref(PasskeySchema)),
      },
    },
    async (deps, { actor, body, ip, secret = '' }, reply) => {
      const { name } = body
      const response = body.response as RegistrationResponseJSON
      const passkey = await registerPasskey(deps, throttle, actor, { name, response, address: ip, session: secret })
      reply.code(201)
      return passkey
    },
  )
  app.patch(
    '/me/passkeys/:id',
    {
      schema: {
        tags,
        summary: 'Rename one of one’s own passkeys',
        params: IdParams,
        body: PasskeyChangeSchema,
        response: answers(200, ref(PasskeySchema)),
      },
    },
    ({ actor, params, body }) => renamePasskey(deps, actor, params.id, body.name),
  )
  app.post(
    '/me/passkeys/:id/removal',
    {
      config: { idempotency: 'none' },
      schema: {
        tags,
        summary: 'Remove one of one’s own passkeys',
        description: reauthenticationNote,
        params: IdParams,
        body: ReauthenticationSchema,
        response: nothing,
      },
    },
    async (request, reply) => {
      const { actor, params, body } = request
      await removePasskey(deps, throttle, actor, { id: params.id, reauthentication: reauthenticationOf(request, body) })
      return reply.code(204).send(null)
    },
  )
  app.delete(
    '/users/:id/passkeys',
    { schema: { tags, summary: 'Take a user’s passkeys away', params: IdParams, response: nothing } },
    async ({ actor, params }, reply) => {
      await removePasskeysOf(deps, actor, params.id)
      return reply.code(204).send(null)
    },
  )
}
