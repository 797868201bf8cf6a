import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'
import type { Config } from '../config/config.ts'

const contentSecurityPolicy = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  fontSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  objectSrc: ["'none'"],
  frameAncestors: ["'none'"],
  upgradeInsecureRequests: null,
}

/**
 * Helmet's headers, worked out once: they are the same for every answer. That TLS is to be kept to (HSTS, RFC 6797) is said
 * only where people reach the service over it. Nothing is to be stored on the way unless its route says otherwise.
 */
export function securityHeaders({ baseUrl }: Pick<Config, 'baseUrl'>): Record<string, string> {
  const headers: Record<string, string> = { 'Cache-Control': 'no-store' }
  const answer = {
    setHeader: (name: string, value: string) => Object.assign(headers, { [name]: value }),
    removeHeader: () => {},
  }
  const set = helmet({
    contentSecurityPolicy: { directives: contentSecurityPolicy },
    ...(!baseUrl.startsWith('https:') && { strictTransportSecurity: false }),
    // For browsers and plug-ins that are no more.
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    originAgentCluster: false,
  })
  set({} as IncomingMessage, answer as unknown as ServerResponse, () => {})
  return headers
}
