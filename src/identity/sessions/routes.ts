import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { AllDeps, Deps } from '../../deps.ts'
import type { Config } from '../../platform/config/config.ts'
import {
  type App,
  answerList,
  answers,
  IdParams,
  listAnswers,
  PageQuerySchema,
  ref,
} from '../../platform/http/index.ts'
import { notSignedIn } from '../rules.ts'
import { MeSchema, OpenSessionSchema, SessionSchema, SignInSchema } from '../schemas.ts'
import type { Throttle } from '../throttling/throttle.ts'
import { cookieName, cookieOptions } from './cookies.ts'
import { browserTrustedMilliseconds } from './rules.ts'
import { type Browser, endSession, endSessionsOf, readSessions, type Started, signIn, signOut } from './use-cases.ts'

const tags = ['Identity']
const nothing = answers(204, Type.Null({ description: 'Done.' }))

/** Signing in and out, and the sessions that go on. */
export async function sessionRoutes(
  app: App,
  { deps, throttle }: { deps: Deps & Pick<AllDeps, 'secretKey'>; throttle: Throttle },
): Promise<void> {
  app.post(
    '/session',
    {
      config: { open: true, idempotency: 'none', rate: 'none' },
      schema: { tags, summary: 'Sign in', body: SignInSchema, response: answers(201, ref(SessionSchema)) },
    },
    async (request, reply) => {
      const { body } = request
      const started = await signIn(deps, throttle, { ...body, browser: browserOf(request, deps.config) })
      setCookies(deps.config, request, reply, started)
      return reply.code(201).send({ expiresAt: started.expiresAt })
    },
  )
  app.delete(
    '/session',
    { config: { beforeSecondFactor: 'always' }, schema: { tags, summary: 'Sign out', response: nothing } },
    async (request, reply) => {
      const { actor, cookies } = request
      if (!actor) throw notSignedIn()
      const name = cookieName('session', deps.config)
      await signOut(deps, actor, cookies[name] ?? '')
      return reply.clearCookie(name, cookieOptions(request, deps.config)).code(204).send(null)
    },
  )
  app.get(
    '/me',
    {
      config: { beforeSecondFactor: 'always' },
      schema: { tags, summary: 'Who am I', response: answers(200, ref(MeSchema)) },
    },
    async ({ actor }) => {
      if (!actor || actor.kind === 'system') throw notSignedIn()
      return { ...actor, kind: actor.kind }
    },
  )
  app.get(
    '/me/sessions',
    {
      schema: {
        tags,
        summary: 'List one’s own sessions',
        querystring: PageQuerySchema,
        response: listAnswers(OpenSessionSchema),
      },
    },
    (request, reply) =>
      answerList(deps, request, reply, OpenSessionSchema, (deps, page) =>
        readSessions(deps, request.actor, request.secret ?? '', page),
      ),
  )
  app.delete(
    '/me/sessions/:id',
    { schema: { tags, summary: 'End one of one’s own sessions', params: IdParams, response: nothing } },
    async ({ actor, params }, reply) => {
      await endSession(deps, actor, params.id)
      return reply.code(204).send(null)
    },
  )
  app.delete(
    '/users/:id/sessions',
    { schema: { tags, summary: 'Sign a user out everywhere', params: IdParams, response: nothing } },
    async ({ actor, params }, reply) => {
      await endSessionsOf(deps, actor, params.id)
      return reply.code(204).send(null)
    },
  )
}

/** The browser that sends `request`. */
export function browserOf({ ip, headers, cookies, id }: FastifyRequest, config: Config): Browser {
  return {
    address: ip,
    userAgent: headers['user-agent'] ?? '',
    session: cookies[cookieName('session', config)],
    token: cookies[cookieName('browser', config)],
    requestId: id,
  }
}

/** Gives the browser the tokens of the session that has begun. */
export function setCookies(
  config: Config,
  request: FastifyRequest,
  reply: FastifyReply,
  { token, expiresAt, browserToken }: Started,
): void {
  const options = cookieOptions(request, config)
  reply.setCookie(cookieName('session', config), token, { ...options, expires: new Date(expiresAt) })
  if (!browserToken) return
  // A browser told when to forget by its own clock keeps this too long or too short, which does no harm.
  const maxAge = browserTrustedMilliseconds / 1000
  reply.setCookie(cookieName('browser', config), browserToken, { ...options, maxAge })
}
