import cookie from '@fastify/cookie'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { AllDeps, Deps } from '../../deps.ts'
import type { App } from './app.ts'
import { countRequests } from './limits/rate-limits.ts'
import { refuseSlowBodies } from './limits/slow-bodies.ts'
import { answerUnread } from './limits/unread-requests.ts'
import { answerError, answerNotFound } from './problems.ts'
import { traceRequests } from './request-tracing.ts'
import { namedSchemas } from './schemas.ts'
import { secureAnswers } from './security-headers.ts'
import { outputCompiler } from './serialization.ts'
import { inputCompiler } from './validation.ts'

const bodyLimitBytes = 2 * 1024 * 1024

/** An HTTP application without routes: how it reads, checks, logs and refuses. */
export async function httpServer(deps: Deps & Pick<AllDeps, 'metrics' | 'tracing'>): Promise<App> {
  const { config } = deps
  const app = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    // The nearest proxy's word: what came to that may have been written by anybody.
    trustProxy: config.trustProxy && ((_address: string, hop: number) => hop === 0),
    bodyLimit: bodyLimitBytes,
    genReqId: () => deps.newId(),
    logController: new LogController({ disableRequestLogging: true }),
    // Who comes on a connection that is there already is answered, and told that it ends.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    requestTimeout: config.uploadSeconds * 1000,
    // A client without anything to say is looked for as often as it may wait.
    http: {
      headersTimeout: config.headerSeconds * 1000,
      connectionsCheckingInterval: Math.min(5, config.headerSeconds) * 1000,
    },
    clientErrorHandler: (error, socket) => answerUnread(error, socket, deps.newId()),
    routerOptions: { maxParamLength: 300 },
    schemaController: { compilersFactory: { buildSerializer: outputCompiler } },
    // An address that cannot be read leads nowhere; the framework would repeat it, with what may be a voucher's code.
    frameworkErrors: (_error, request, reply) => answerNotFound(request as FastifyRequest, reply as FastifyReply),
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as App
  app.removeContentTypeParser('text/plain')
  app.setValidatorCompiler(inputCompiler)
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(answerNotFound)
  app.decorateRequest('actor', undefined)
  app.decorateRequest('secret', undefined)
  // The route's pattern, never the address itself: that may hold a voucher's code.
  app.addHook('onResponse', (request, reply, done) => {
    const route = `${request.method} ${request.routeOptions.url ?? 'unknown'}`
    request.log.info({ route, status: reply.statusCode, milliseconds: Math.round(reply.elapsedTime) }, 'answered')
    done()
  })
  if (deps.tracing) traceRequests(app, deps.tracing, config.trustProxy)
  countAnswers(app, deps.metrics)
  endConnections(app)
  refuseSlowBodies(app, config.bodySeconds)
  for (const schema of namedSchemas()) app.addSchema(schema)
  await app.register(cookie)
  await countRequests(app)
  secureAnswers(app, config)
  return app
}

/** Counts every answer of `app` by the pattern of its route, never by its address: that may hold a voucher's code. */
function countAnswers(app: App, { requests }: AllDeps['metrics']): void {
  app.addHook('onResponse', ({ method, routeOptions }, { statusCode, elapsedTime }, done) => {
    const labels = { method, route: routeOptions.url ?? 'unknown', status: String(statusCode) }
    requests.observe(labels, elapsedTime / 1000)
    done()
  })
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
