import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { text as textFrom } from 'node:stream/consumers'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../../../deps.ts'
import type { Db, Tx } from '../../../schema.ts'
import { defineProblem, invalidInput, Problem } from '../../../shared/problem.ts'
import { problemBody, problemType } from '../problems.ts'
import { type Seal, sealOf } from './encryption.ts'
import type { Once } from './once.ts'
import {
  type Claim,
  claimMilliseconds,
  deleteClaim,
  findKept,
  type HeldClaim,
  insertClaim,
  type Kept,
  noteDone,
  renewClaim,
  storeAnswer,
} from './repository.ts'

/** The key was used before, with another body. */
export const idempotencyKeyReused = defineProblem({
  code: 'idempotency_key_reused',
  status: 422,
  title: 'The key stands for another request',
  detail: () =>
    'The same idempotency key or scanId was sent before with other contents. Use a new one for a new request.',
})

const inFlight = defineProblem({
  code: 'idempotency_in_flight',
  status: 409,
  title: 'The same request is still running',
  detail: () => 'The first request with this key has not been answered yet. Ask again in a second.',
  members: () => ({ retryAfter: 1 }),
})

/** What a command does. With an `Idempotency-Key` the database of `deps` is its own open transaction, or `once` is given. */
type Work<Given> = (deps: Given, once?: Once) => Promise<unknown>

/** A request for a command. */
interface Asked<Given> {
  deps: Given
  work: Work<Given>
  request: FastifyRequest
  reply: FastifyReply
}

/** One that carries a key. */
interface AskedOnce<Given> extends Asked<Given> {
  claim: SealedClaim
}

/**
 * Answers a command, which with an `Idempotency-Key` happens once. The answer, also a refusal, is stored in the transaction of
 * the command itself, so that neither a crash nor the same request at the same moment can come between; a command that must not
 * hold the writer stores it after, and `once` tells how its work happens once (`config.idempotency`). Where secrets pass
 * (`config.holdsSecret`), what is stored is sealed, and a key is the session's or API key's own instead of the person's.
 */
export async function answerOnce<Given extends Deps>(asked: Asked<Given>): Promise<unknown> {
  const { deps, work, request } = asked
  const { idempotency, holdsSecret } = request.routeOptions.config
  if (idempotency === 'none') return work(deps)
  const claim = claimOf(request, holdsSecret ? sealOf(request.secret ?? '') : undefined)
  if (!claim) return work(deps)
  return idempotency === 'after' ? answerAfter({ ...asked, claim }) : answerInside({ ...asked, claim })
}

function answerInside<Given extends Deps>({ deps, claim, work, request, reply }: AskedOnce<Given>): Promise<unknown> {
  return deps.db.transact(
    async (tx) => {
      const held = await insertClaim(tx, claim, deps.clock.now())
      if (!held) return replay((await findKept(tx, claim))!, claim, reply)
      const { body, text } = await written(await work({ ...deps, db: joined(tx) }), reply)
      await keep(tx, { ...held, seal: claim.seal }, reply.statusCode, text, contentTypeOf(reply))
      return body
    },
    {
      compensate: async (tx, error) => {
        if (!(error instanceof Problem) || !isKept(error.status)) return
        // Taken already: then it was refused for standing for another request.
        const held = await insertClaim(tx, claim, deps.clock.now())
        if (held) await keepProblem(tx, { ...held, seal: claim.seal }, error, request)
      },
    },
  )
}

async function answerAfter<Given extends Deps>({
  deps,
  claim,
  work,
  request,
  reply,
}: AskedOnce<Given>): Promise<unknown> {
  const { db, clock } = deps
  const taken = await db.transact(async (tx) => {
    const held = await insertClaim(tx, claim, clock.now())
    return held ? { held } : { kept: (await findKept(tx, claim))! }
  })
  if (taken.kept) return replay(taken.kept, claim, reply)
  const hold = holdClaim(deps, taken.held)
  const once: Once = {
    done: taken.held.done,
    note: async (tx, done) => {
      if (!(await noteDone(tx, taken.held, done))) throw inFlight()
    },
  }
  const answered = async (write: (tx: Tx, held: HeldSealed) => Promise<void>) => {
    const held = { ...(await hold.end()), seal: claim.seal }
    await db.transact((tx) => write(tx, held))
  }
  try {
    const { body, text } = await written(await work(deps, once), reply)
    await answered((tx, held) => keep(tx, held, reply.statusCode, text, contentTypeOf(reply)))
    return body
  } catch (error) {
    await answered((tx, held) =>
      error instanceof Problem && isKept(error.status) ? keepProblem(tx, held, error, request) : deleteClaim(tx, held),
    )
    throw error
  }
}

/** How many times within a lease its holder says that it is alive. */
const renewalsInLease = 3

/** Holds a claim for as long as its request runs. `end` answers it as it is held by then. */
function holdClaim({ db, clock, log }: Deps, first: HeldClaim): { end(): Promise<HeldClaim> } {
  let held = first
  let renewing: Promise<void> = Promise.resolve()
  const renew = async () => {
    const renewed = await db.transact((tx) => renewClaim(tx, held, clock.now()))
    if (renewed) held = renewed
  }
  const timer = setInterval(() => {
    renewing = renewing.then(renew).catch((error: unknown) => log.warn({ err: error }, 'a claim was not renewed'))
  }, claimMilliseconds / renewalsInLease)
  return {
    end: async () => {
      clearInterval(timer)
      await renewing
      return held
    },
  }
}

/** A claim, and how what is kept under it is sealed, if it is. */
type SealedClaim = Claim & { seal: Seal | undefined }
type HeldSealed = HeldClaim & { seal: Seal | undefined }

/** A database whose every transaction is `tx`. */
function joined(tx: Tx): Db {
  return { transact: (work) => work(tx), read: tx, snapshot: (_, work) => work(tx), forLists: async () => tx }
}

function claimOf(request: FastifyRequest, seal?: Seal): SealedClaim | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined || !request.actor) return undefined
  if (typeof key !== 'string' || key.length < 1 || key.length > 200) {
    throw invalidInput({ errors: [{ pointer: '/headers/idempotency-key', message: 'must have 1 to 200 characters' }] })
  }
  const isStream = typeof (request.body as { pipe?: unknown } | undefined)?.pipe === 'function'
  const body = isStream ? String(request.headers['content-length']) : JSON.stringify(request.body ?? null)
  const asked = `${request.method} ${request.url}\n${body}`
  const fingerprint = seal?.fingerprint(asked) ?? createHash('sha256').update(asked).digest('base64url')
  const { kind, id } = request.actor
  return { credential: seal?.name ?? `${kind}:${id}`, key, fingerprint, seal }
}

const isKept = (status: number) => status < 500 && ![401, 403, 429].includes(status)

/** What is sent, and its text, to be kept. What is written piece by piece is made whole, while the transaction that it reads is open. */
async function written(body: unknown, reply: FastifyReply): Promise<{ body: unknown; text: string }> {
  if (!(body instanceof Readable)) return { body, text: textOf(body, reply) }
  const text = await textFrom(body)
  return { body: text, text }
}

/** The answer as it is sent: what the contract does not name is not kept either. */
function textOf(body: unknown, reply: FastifyReply): string {
  const isProblem = contentTypeOf(reply).startsWith(problemType)
  return isProblem ? JSON.stringify(body) : String(reply.serialize(body as Record<string, unknown>))
}

const contentTypeOf = (reply: FastifyReply) =>
  String(reply.getHeader('Content-Type') ?? 'application/json; charset=utf-8')

function replay(kept: Kept, claim: SealedClaim, reply: FastifyReply): unknown {
  if (kept.fingerprint !== claim.fingerprint) throw idempotencyKeyReused()
  if (kept.status === null) throw inFlight()
  reply.code(kept.status).header('Idempotency-Replayed', 'true').header('Content-Type', kept.contentType)
  reply.serializer((body: unknown) => JSON.stringify(body))
  return JSON.parse(claim.seal?.open(kept.answer!) ?? kept.answer!) as unknown
}

function keep(tx: Tx, claim: HeldSealed, status: number, answer: string, contentType: string): Promise<void> {
  return storeAnswer(tx, claim, status, claim.seal?.close(answer) ?? answer, contentType)
}

function keepProblem(tx: Tx, claim: HeldSealed, problem: Problem, request: FastifyRequest): Promise<void> {
  return keep(tx, claim, problem.status, JSON.stringify(problemBody(problem, request.id)), problemType)
}
