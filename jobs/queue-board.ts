import { setTimeout as sleep } from 'node:timers/promises'
import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { FastifyAdapter } from '@bull-board/fastify'
import { Queue } from 'bullmq'
import { authorize } from '../src/identity/index.ts'
import type { Config } from '../src/platform/config/config.ts'
import { type App, answerError } from '../src/platform/http/index.ts'
import { isScheduled, type Job, redisAway } from '../src/scheduler/index.ts'
import { Problem } from '../src/shared/problem.ts'
import { clockQueue } from './redis-runner.ts'

/** Fonts from elsewhere, which Bull Board's page asks for: nobody outside is to learn who looks at it. */
const foreignFonts = /<link[^>]+fonts\.googleapis[^>]+>/g

/**
 * Bull Board: what is in Redis, for an administrator to look at. It changes nothing: what is to be done is in the database,
 * and `/jobs` retries and cancels. While Redis is away it answers `redis_away`.
 */
export async function queueBoard(
  scope: App,
  { config, redisUrl, jobs, prefix }: { config: Config; redisUrl: string; jobs: readonly Job[]; prefix: string },
): Promise<void> {
  const names = [clockQueue, ...jobs.filter((job) => !isScheduled(job)).map(({ name }) => name)]
  const connection = { url: redisUrl, maxRetriesPerRequest: 1 }
  const queues = names.map((name) => new Queue(name, { prefix: config.redisPrefix, connection }))
  // The runner tells that Redis is away.
  for (const queue of queues) queue.on('error', () => undefined)
  scope.addHook('onClose', () => Promise.all(queues.map((queue) => queue.close())).then(() => undefined))
  scope.addHook('onRequest', async ({ actor }) => authorize(actor, 'queue:inspect'))
  scope.addHook('preHandler', async ({ routeOptions }) => {
    // While Redis is away a reader gets the refusal at once instead of waiting.
    if (routeOptions.url?.startsWith(`/api/v1${prefix}/api/`) && !(await answers(queues[0]!))) throw redisAway()
  })
  scope.addHook('onSend', async (_request, reply, payload) => {
    if (!String(reply.getHeader('content-type')).startsWith('text/html')) return payload
    // Its scripts style it as they go; they are files of ours all the same.
    const policy = String(reply.getHeader('content-security-policy'))
    reply.header('content-security-policy', policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"))
    return String(payload).replaceAll(foreignFonts, '')
  })
  scope.setErrorHandler((error, request, reply) =>
    answerError(error instanceof Problem ? error : redisAway(), request, reply),
  )
  await scope.register(boardOf(queues, `/api/v1${prefix}`))
}

/** The board as a plugin that only reads, and leaves faults to the scope around it. */
function boardOf(queues: Queue[], address: string) {
  const adapter = new FastifyAdapter()
  const setApiRoutes = adapter.setApiRoutes.bind(adapter)
  adapter.setApiRoutes = (routes) => setApiRoutes(routes.filter(({ method }) => method === 'get'))
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Saka' } },
  })
  adapter.setBasePath(address)
  const plugin = adapter.registerPlugin() as unknown as (app: App, options: object, done: () => void) => void
  return (app: App, options: object, done: () => void) =>
    plugin(Object.create(app, { setErrorHandler: { value: () => app } }), options, done)
}

/** Whether Redis answers within two seconds. */
async function answers(queue: Queue): Promise<boolean> {
  const counted = queue.getWaitingCount().then(() => true)
  return Promise.race([counted, sleep(2000, false, { ref: false })]).catch(() => false)
}
