import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type App, answerList, answers, IdParams, listAnswers, PageQuerySchema, ref } from '../platform/http/index.ts'
import { notSignedIn } from './rules.ts'
import { MeSchema, OpenSessionSchema, SessionSchema, SignInSchema } from './schemas.ts'
import { sessionCookie } from './session-hook.ts'
import { type Browser, endSession, endSessionsOf, readSessions, type Started, signIn, signOut } from './sessions.ts'
import type { Throttle } from './throttle.ts'

/** The name of the cookie by which a browser is known to an account that it has signed in to before. */
const browserCookie = 'saka_browser'
const browserKnownMilliseconds = 365 * 24 * 60 * 60_000

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
    { schema: { tags, summary: 'Sign out', response: nothing } },
    async ({ deps, actor, cookies }, reply) => {
      if (!actor) throw notSignedIn()
      await signOut(deps, actor, cookies[sessionCookie] ?? '')
      return reply.clearCookie(sessionCookie, { path: '/' }).code(204).send(null)
    },
  )
  app.get(
    '/me',
    { schema: { tags, summary: 'Who am I', response: answers(200, ref(MeSchema)) } },
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
export function browserOf({ ip, headers, cookies, id }: FastifyRequest): Browser {
  return {
    address: ip,
    userAgent: headers['user-agent'] ?? '',
    session: cookies[sessionCookie],
    token: cookies[browserCookie],
    requestId: id,
  }
}

/** Gives the browser the tokens of the session that has begun. */
export function setCookies(
  request: FastifyRequest,
  reply: FastifyReply,
  { token, expiresAt, browserToken }: Started,
): void {
  const { deps, protocol } = request
  const secure = protocol === 'https' || deps.config.baseUrl.startsWith('https:')
  const options = { httpOnly: true, sameSite: 'lax', secure } as const
  reply.setCookie(sessionCookie, token, { ...options, path: '/', expires: new Date(expiresAt) })
  if (!browserToken) return
  // A browser told when to forget by its own clock keeps this too long or too short, which does no harm.
  const maxAge = browserKnownMilliseconds / 1000
  reply.setCookie(browserCookie, browserToken, { ...options, path: '/api/v1/session', maxAge })
}
