import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AllDeps, Deps } from '../../deps.ts'
import type { Config } from '../../platform/config/config.ts'
import { type App, IdParams, routesOf } from '../../platform/http/index.ts'
import { notSignedIn } from '../rules.ts'
import { MeSchema, OpenSessionSchema, SessionSchema, SignInSchema } from '../schemas.ts'
import type { Throttle } from '../throttling/throttle.ts'
import { cookieName, cookieOptions } from './cookies.ts'
import { browserTrustedMilliseconds } from './rules.ts'
import { type Browser, endSession, endSessionsOf, readSessions, type Started, signIn, signOut } from './use-cases.ts'

/** Signing in and out, and the sessions that go on. */
export async function sessionRoutes(
  app: App,
  { deps, throttle }: { deps: Deps & Pick<AllDeps, 'secretKey'>; throttle: Throttle },
): Promise<void> {
  const { list, get, command, remove } = routesOf(app, deps, 'Identity')
  command(
    '/session',
    {
      summary: 'Sign in',
      config: { open: true, idempotency: 'none', rate: 'none' },
      body: SignInSchema,
      response: { 201: SessionSchema },
    },
    async (deps, request, reply) => {
      const { body } = request
      const started = await signIn(deps, throttle, { ...body, browser: browserOf(request, deps.config) })
      setCookies(deps.config, request, reply, started)
      return { expiresAt: started.expiresAt }
    },
  )
  remove(
    '/session',
    { summary: 'Sign out', config: { beforeSecondFactor: 'always' } },
    async (deps, request, reply) => {
      const { actor, cookies } = request
      if (!actor) throw notSignedIn()
      const name = cookieName('session', deps.config)
      await signOut(deps, actor, cookies[name] ?? '')
      reply.clearCookie(name, cookieOptions(request, deps.config))
    },
  )
  get(
    '/me',
    { summary: 'Who am I', config: { beforeSecondFactor: 'always' }, response: { 200: MeSchema } },
    (_deps, { actor }) => {
      if (!actor || actor.kind === 'system') throw notSignedIn()
      return { ...actor, kind: actor.kind }
    },
  )
  list(
    '/me/sessions',
    { summary: 'List one’s own sessions', items: OpenSessionSchema },
    (deps, { actor, secret }, page) => readSessions(deps, actor, secret ?? '', page),
  )
  remove(
    '/me/sessions/:id',
    { summary: 'End one of one’s own sessions', params: IdParams },
    (deps, { actor, params }) => endSession(deps, actor, params.id),
  )
  remove(
    '/users/:id/sessions',
    { summary: 'Sign a user out everywhere', params: IdParams },
    (deps, { actor, params }) => endSessionsOf(deps, actor, params.id),
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
