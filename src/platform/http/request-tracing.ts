import type { FastifyRequest } from 'fastify'
import type { Span, Tracing } from '../observability/span.ts'
import type { App } from './app.ts'

/**
 * A span for each request of `app`, called by the pattern of its route: the address may hold a voucher's code. With
 * `followsCallers` it belongs to the span that the request's `traceparent` names; a stranger could name any.
 */
export function traceRequests(app: App, tracing: Tracing, followsCallers: boolean): void {
  const spans = new WeakMap<FastifyRequest, Span>()
  app.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    const facts = { 'http.request.method': request.method, 'http.route': route, 'saka.request_id': request.id }
    const headers = followsCallers ? request.headers : undefined
    const span = tracing.begin(`${request.method} ${route}`, 'server', facts, headers)
    spans.set(request, span)
    span.run(done)
  })
  // What reads the body comes back from elsewhere.
  app.addHook('preValidation', (request, _reply, done) => spans.get(request)!.run(done))
  app.addHook('onResponse', (request, { statusCode }, done) => {
    spans.get(request)!.end({ 'http.response.status_code': statusCode }, statusCode >= 500)
    done()
  })
}
