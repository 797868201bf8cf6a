import { createHash, timingSafeEqual } from 'node:crypto'
import type { AllDeps } from '../deps.ts'
import { type App, fileAnswer, routesOf } from '../platform/http/index.ts'
import { coalesced } from '../platform/queues.ts'
import { defineProblem } from '../shared/problem.ts'
import { openGauges } from './gauges.ts'

const metricsClosed = defineProblem({
  code: 'metrics_closed',
  status: 401,
  title: 'The metrics are not for everybody',
  detail: () =>
    'Send METRICS_TOKEN as a bearer token. Where none is set, only programs on the machine of the service may ask.',
})

/** How the service is, in figures, for Prometheus. Raises `metrics_closed`. */
export async function metricsRoutes(app: App, { deps }: { deps: AllDeps }): Promise<void> {
  const { get } = routesOf(app, deps, 'Service')
  const { registry } = deps.metrics
  const lookUp = openGauges()
  // However many ask, what is looked up is looked up by one after the other.
  const read = coalesced(async () => {
    const lookedUp = await lookUp(deps)
    return `${await registry.metrics()}\n${lookedUp}`
  })
  const mayAsk = doorFor(deps.config.metricsToken)
  get(
    '/metrics',
    {
      summary: 'Figures for Prometheus',
      config: { open: true },
      response: { 200: fileAnswer('text/plain', 'Its figures.') },
    },
    async (_deps, request, reply) => {
      if (!mayAsk(request.headers.authorization, request.socket.remoteAddress, request.headers)) throw metricsClosed()
      return reply.header('Content-Type', registry.contentType).send(await read())
    },
  )
}

/** Headers by which a proxy says for whom it asks: then it is not this machine that asks. */
const forwarding = ['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'x-real-ip', 'via']

function doorFor(token: string | undefined) {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const right = token && digest(`Bearer ${token}`)
  return (authorization: string | undefined, address: string | undefined, headers: Record<string, unknown>) =>
    right
      ? timingSafeEqual(digest(authorization ?? ''), right)
      : /^(127\.|::1$|::ffff:127\.)/.test(address ?? '') && !forwarding.some((name) => name in headers)
}
