import type { FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import type { App } from '../platform/http/index.ts'
import type { Authenticator } from './credentials.ts'
import { foreignOrigin, notSignedIn } from './rules.ts'

/** The name of the cookie that a session's token travels in. */
export const sessionCookie = 'saka_session'

/**
 * Finds out who asks, before anything else happens. A route that is not marked `open` refuses a stranger, so none is open
 * by accident. A change borne by a cookie must come from our own pages.
 */
export function knowActor(app: App, deps: Deps, credentials: Authenticator): void {
  app.addHook('onRequest', async (request) => {
    const bearer = bearerOf(request)
    const secret = bearer ?? request.cookies[sessionCookie]
    const actor = secret === undefined ? undefined : await credentials.find(secret)
    if (actor) Object.assign(request, { actor: { ...actor, requestId: request.id }, secret })
    else if (!request.routeOptions.config.open && !request.is404) throw notSignedIn()
    if (actor && bearer === undefined) checkOrigin(request, deps.config.baseUrl)
  })
}

function bearerOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
}

function checkOrigin({ method, headers, protocol, host }: FastifyRequest, baseUrl: string): void {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw foreignOrigin()
  const { origin } = headers
  if (origin !== undefined && origin !== baseUrl && origin !== `${protocol}://${host}`) throw foreignOrigin()
}
