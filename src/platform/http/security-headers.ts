import helmet from 'helmet'
import type { Config } from '../config/config.ts'
import type { App } from './app.ts'

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
 * Gives every answer of `app` Helmet's headers. That TLS is to be kept to (HSTS, RFC 6797) is said only where people reach the
 * service over it. Nothing is to be stored on the way unless its route says otherwise.
 */
export function secureAnswers(app: App, { baseUrl }: Pick<Config, 'baseUrl'>): void {
  const secure = helmet({
    contentSecurityPolicy: { directives: contentSecurityPolicy },
    ...(!baseUrl.startsWith('https:') && { strictTransportSecurity: false }),
    // For browsers and plug-ins that are no more.
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    originAgentCluster: false,
  })
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('Cache-Control', 'no-store')
    secure(request.raw, reply.raw, () => done())
  })
}
