import rateLimit from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import { countOf } from '../../../shared/plurals.ts'
import { defineProblem, Problem } from '../../../shared/problem.ts'
import type { Config } from '../../config/config.ts'
import type { App, RateClass } from '../app.ts'
import { answerError } from '../problems.ts'
import { networkOf } from './networks.ts'
import { RateStore } from './rate-store.ts'

const tooManyRequests = defineProblem<{ retryAfter: number }>({
  code: 'too_many_requests',
  status: 429,
  title: 'Too many requests',
  detail: ({ retryAfter }) =>
    `There were more requests than the service takes. Wait ${countOf(retryAfter, 'second')} and go on.`,
  members: (facts) => facts,
})

type Limiter = ReturnType<App['createRateLimit']>

const byNetwork = ({ ip }: FastifyRequest) => networkOf(ip)
const byCredential = (request: FastifyRequest) =>
  request.actor ? `${request.actor.kind}:${request.actor.id}` : byNetwork(request)

/** Makes limits possible in `app` and below. What is counted is in memory: a process of its own counts for itself. */
export async function countRequests(app: App): Promise<void> {
  await app.register(rateLimit, { global: false, store: RateStore })
}

/** One limit, for each network unless `keyGenerator` says otherwise; undefined where `max` is 0, which is none. */
function limiter(app: App, max: number, keyGenerator = byNetwork): Limiter | undefined {
  return max === 0 ? undefined : app.createRateLimit({ max, keyGenerator })
}

async function count(limit: Limiter, request: FastifyRequest): Promise<void> {
  const counted = await limit(request)
  if (!counted.isAllowed && counted.isExceeded) throw tooMany(counted)
}

const tooMany = ({ ttlInSeconds }: { ttlInSeconds: number }) =>
  tooManyRequests({ retryAfter: Math.max(1, ttlInSeconds) })

/**
 * Limits the calls of `api` a minute: of each credential by what its routes say, and of an address that keeps coming
 * without a good credential. After {@link knowActor}, which has to know whose call it is. Raises `too_many_requests`.
 */
export function limitCalls(api: App, config: Config): void {
  const strangers = limiter(api, config.rateStrangers)
  const limits: Record<RateClass, Limiter | undefined> = {
    call: limiter(api, config.rateCalls, byCredential),
    scan: limiter(api, config.rateScans, byCredential),
    heavy: limiter(api, config.rateHeavy, byCredential),
    stranger: strangers,
    none: undefined,
  }
  api.addHook('onRequest', async (request) => {
    const limit = limits[request.routeOptions.config.rate ?? 'call']
    if (limit) await count(limit, request)
  })
  api.setErrorHandler(async (error: Error, request, reply) => {
    const isNobody = error instanceof Problem && error.code === 'not_signed_in'
    const refused = isNobody && strangers ? await count(strangers, request).catch((many: Problem) => many) : undefined
    answerError(refused ?? error, request, reply)
    return reply
  })
}

/** Limits how often a minute an address may ask for a page of `pages`. Raises `too_many_requests`. */
export function limitPages(pages: App, config: Config): void {
  const limit = limiter(pages, config.ratePages)
  if (limit) pages.addHook('onRequest', (request) => count(limit, request))
}

/**
 * Stops an address that has asked for more codes that are nobody's than anybody mistypes: until its minute is over it
 * learns nothing of any code, good or bad. Raises `too_many_requests`.
 */
export function limitGuesses(pages: App, { rateGuesses }: Config): void {
  if (rateGuesses === 0) return
  const guesses = new RateStore()
  // Every request is a guess until its answer is known, so that many at once are no more than one after the other.
  pages.addHook('onRequest', (request, _reply, done) => {
    const { current, ttl } = guesses.count(byNetwork(request))
    done(current > rateGuesses ? tooMany({ ttlInSeconds: Math.ceil(ttl / 1000) }) : undefined)
  })
  pages.addHook('onSend', (request, reply, _payload, done) => {
    if (reply.statusCode !== 404) guesses.giveBack(byNetwork(request))
    done()
  })
}
