import type { FastifyRequest } from 'fastify'
import type { Config } from '../../platform/config/config.ts'

/** What each cookie holds. */
type Cookie = 'session' | 'browser' | 'round'

const bareNames: Record<Cookie, string> = { session: 'saka_session', browser: 'saka_browser', round: 'saka_oidc' }

/**
 * What a cookie is called. Behind TLS its name begins with `__Host-`: then a browser takes it from this host alone, over TLS
 * alone, and no neighbour under the same domain can plant one (RFC 6265bis, section 4.1.3.2). Without TLS browsers refuse such names.
 */
export function cookieName(cookie: Cookie, { baseUrl }: Pick<Config, 'baseUrl'>): string {
  return `${baseUrl.startsWith('https:') ? '__Host-' : ''}${bareNames[cookie]}`
}

/** What every cookie of ours is set and cleared with. The path has to be `/` for its name to begin with `__Host-`. */
export function cookieOptions({ protocol }: FastifyRequest, { baseUrl }: Pick<Config, 'baseUrl'>) {
  const secure = protocol === 'https' || baseUrl.startsWith('https:')
  return { httpOnly: true, sameSite: 'lax', secure, path: '/' } as const
}
