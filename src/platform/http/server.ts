import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import type { Deps } from '../../deps.ts'
import type { App } from './app.ts'
import { answerError, answerNotFound } from './problems.ts'
import { namedSchemas } from './schemas.ts'
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
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    requestTimeout: 10 * 60_000,
    routerOptions: { maxParamLength: 300 },
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as App
  app.setValidatorCompiler(inputCompiler())
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(answerNotFound)
  app.decorateRequest('actor', undefined)
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
  for (const schema of namedSchemas()) app.addSchema(schema)
  await app.register(cookie)
  await app.register(helmet, { contentSecurityPolicy: { directives: contentSecurityPolicy } })
  return app
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
