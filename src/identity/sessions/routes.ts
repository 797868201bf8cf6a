import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
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
export async function sessionRoutes(app: App, { throttle }: { throttle: Throttle }): Promise<void> {
  app.post(
    '/session',
    {
      config: { open: true, idempotency: 'none', rate: 'none' },
      schema: { tags, summary: 'Sign in', body: SignInSchema, response: answers(201, ref(SessionSchema)) },
    },
    async (request, reply) => {
      const { deps, body } = request
      const started = await signIn(deps, throttle, { ...body, browser: browserOf(request) })
      setCookies(request, reply, started)
      return reply.code(201).send({ expiresAt: started.expiresAt })
    },
  )
  app.delete(
    '/session',
    { config: { beforeSecondFactor: 'always' }, schema: { tags, summary: 'Sign out', response: nothing } },
    async (request, reply) => {
      const { deps, actor, cookies } = request
      if (!actor) throw notSignedIn()
      const name = cookieName('session', deps.config)
      await signOut(deps, actor, cookies[name] ?? '')
      return reply.clearCookie(name, cookieOptions(request)).code(204).send(null)
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
      answerList(request, reply, OpenSessionSchema, (page) =>
        readSessions(request.deps, request.actor, request.secret ?? '', page),
      ),
  )
  app.delete(
    '/me/sessions/:id',
    { schema: { tags, summary: 'End one of one’s own sessions', params: IdParams, response: nothing } },
    async ({ deps, actor, params }, reply) => {
      await endSession(deps, actor, params.id)
      return reply.code(204).send(null)
    },
  )
  app.delete(
    '/users/:id/sessions',
    { schema: { tags, summary: 'Sign a user out everywhere', params: IdParams, response: nothing } },
    async ({ deps, actor, params }, reply) => {
      await endSessionsOf(deps, actor, params.id)
      return reply.code(204).send(null)
    },
  )
}

/** The browser that sends `request`. */
export function browserOf({ ip, headers, cookies, id, deps }: FastifyRequest): Browser {
  return {
    address: ip,
    userAgent: headers['user-agent'] ?? '',
    session: cookies[cookieName('session', deps.config)],
    token: cookies[cookieName('browser', deps.config)],
    requestId: id,
  }
}

/** Gives the browser the tokens of the session that has begun. */
export function setCookies(
  request: FastifyRequest,
  reply: FastifyReply,
  { token, expiresAt, browserToken }: Started,
): void {
  const { config } = request.deps
  const options = cookieOptions(request)
  reply.setCookie(cookieName('session', config), token, { ...options, expires: new Date(expiresAt) })
  if (!browserToken) return
  // A browser told when to forget by its own clock keeps this too long or too short, which does no harm.
  const maxAge = browserTrustedMilliseconds / 1000
  reply.setCookie(cookieName('browser', config), browserToken, { ...options, maxAge })
}
