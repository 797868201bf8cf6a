import type { IncomingMessage, ServerResponse } from 'node:http'
import cookie from '@fastify/cookie'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import helmet from 'helmet'
import type { Deps } from '../../deps.ts'
import type { App } from './app.ts'
import { answerError, answerNotFound } from './problems.ts'
import { namedSchemas } from './schemas.ts'
import { outputCompiler } from './serialization.ts'
import { inputCompiler } from './validation.ts'

const bodyLimitBytes = 2 * 1024 * 1024

/** An HTTP application without routes: how it reads, checks, logs and refuses. */
export async function httpServer(deps: Deps): Promise<App> {
  const app = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    trustProxy: deps.config.trustProxy,
    bodyLimit: bodyLimitBytes,
    genReqId: () => deps.newId(),
    logController: new LogController({ disableRequestLogging: true }),
    // Who comes on a connection that is there already is answered, and told that it ends.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    requestTimeout: 10 * 60_000,
    routerOptions: { maxParamLength: 300 },
    schemaController: { compilersFactory: { buildSerializer: outputCompiler } },
    // An address that cannot be read leads nowhere; the framework would repeat it, with what may be a voucher's code.
    frameworkErrors: (_error, request, reply) => answerNotFound(request as FastifyRequest, reply as FastifyReply),
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as App
  app.removeContentTypeParser('text/plain')
  app.setValidatorCompiler(inputCompiler())
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(answerNotFound)
  app.decorateRequest('actor', undefined)
  app.decorateRequest('secret', undefined)
  app.decorateRequest('deps', null as unknown as Deps)
  app.addHook('onRequest', (request, _reply, done) => {
    request.deps = deps
    done()
  })
  // The route's pattern, never the address itself: that may hold a voucher's code.
  app.addHook('onResponse', (request, reply, done) => {
    const route = `${request.method} ${request.routeOptions.url ?? 'unknown'}`
    request.log.info({ route, status: reply.statusCode, milliseconds: Math.round(reply.elapsedTime) }, 'answered')
    done()
  })
  endConnections(app)
  for (const schema of namedSchemas()) app.addSchema(schema)
  await app.register(cookie)
  const secure = securityHeaders()
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(secure)
    done()
  })
  return app
}

/** Ends each connection with the answer that was under way when the service was told to stop: nobody waits for its idling. */
function endConnections(app: App): void {
  let stopping = false
  app.addHook('preClose', (done) => {
    stopping = true
    done()
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (stopping) reply.header('Connection', 'close')
    done()
  })
}

const contentSecurityPolicy = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  objectSrc: ["'none'"],
  frameAncestors: ["'none'"],
  upgradeInsecureRequests: null,
}

/** Helmet's headers, worked out once: they are the same for every answer. */
function securityHeaders(): Record<string, string> {
  const headers: Record<string, string> = {}
  const answer = {
    setHeader: (name: string, value: string) => Object.assign(headers, { [name]: value }),
    removeHeader: () => {},
  }
  const set = helmet({
    contentSecurityPolicy: { directives: contentSecurityPolicy },
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
