import type { FastifyRequest } from 'fastify'
import type { Deps } from '../../deps.ts'
import type { App } from '../../platform/http/index.ts'
import { accessReasonOf } from '../access-reason.ts'
import { type Actor, foreignOrigin, notSignedIn } from '../rules.ts'
import { secondFactorMissing } from '../second-factors/rules.ts'
import { refusalRecorder } from '../throttling/refusals.ts'
import type { Authenticator } from './authenticator.ts'
import { cookieName } from './cookies.ts'

/**
 * Authenticates every request before anything else happens. A route that is not marked `open` refuses a stranger, so none is open
 * by accident. A change under a cookie must come from our own pages. What is refused to an actor who is known is recorded.
 */
export function knowActor(app: App, deps: Deps, credentials: Authenticator): void {
  const sessionCookie = cookieName('session', deps.config)
  const recordRefused = refusalRecorder(deps)
  app.addHook('onError', (request, _reply, error, done) => {
    recordRefused(request.actor, error)
    done()
  })
  app.addHook('onRequest', async (request) => {
    const bearer = bearerOf(request)
    const token = bearer ?? request.cookies[sessionCookie]
    const actor = token === undefined ? undefined : await credentials.authenticate(token)
    if (actor) know(request, actor, token!)
    if (actor?.secondFactor) checkSecondFactor(request, actor.secondFactor)
    if (!actor && !request.routeOptions.config.open && !request.is404) throw notSignedIn()
    // Signing in too: nobody is to be signed in as somebody else by another site.
    if (bearer === undefined) checkOrigin(request, deps.config.baseUrl)
  })
}

function know(request: FastifyRequest, actor: Actor, token: string): void {
  const accessReason = accessReasonOf(request.headers['access-reason'])
  request.actor = { ...actor, requestId: request.id, ...(accessReason !== undefined && { accessReason }) }
  request.secret = token
}

/**
 * Lets somebody without a second factor, whose role asks for one, set one up, see who they are and sign out, and nothing
 * else. Who has one already cannot get around it by setting up another.
 */
function checkSecondFactor({ routeOptions, is404 }: FastifyRequest, secondFactor: 'set_up' | 'show'): void {
  const { open, beforeSecondFactor } = routeOptions.config
  if (open || is404 || beforeSecondFactor === 'always' || beforeSecondFactor === secondFactor) return
  throw secondFactorMissing({ secondFactor })
}

function bearerOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
}

/**
 * Refuses a change that a page of another site sends. Every browser says where a change comes from (Fetch, section 3.2; W3C
 * Fetch Metadata); what says nothing is no browser, which no other site can make send anything.
 */
function checkOrigin({ method, headers, protocol, host }: FastifyRequest, baseUrl: string): void {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw foreignOrigin()
  const from = headers.origin ?? originOf(headers.referer)
  if (from !== undefined && from !== baseUrl && from !== `${protocol}://${host}`) throw foreignOrigin()
}

/** Where a page stands; `null`, as browsers say, for what is no address. */
function originOf(referer: string | undefined): string | undefined {
  if (referer === undefined) return undefined
  return URL.canParse(referer) ? new URL(referer).origin : 'null'
}
