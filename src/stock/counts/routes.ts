import type { Deps } from '../../deps.ts'
import { type App, answers, commandsOf, IdParams, ref } from '../../platform/http/index.ts'
import { postCount } from './posting.ts'
import type { Count } from './repository.ts'
import { CountSchema, NewCountSchema, PostingSchema } from './schemas.ts'
import { discardCount, readCount, recordCount } from './use-cases.ts'

const tags = ['Stock']
const count = ref(CountSchema)

/** Blind counts, and the posting of what they found. */
export async function countRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const command = commandsOf(app, deps)
  command(
    '/counts',
    { schema: { tags, summary: 'Record a count', body: NewCountSchema, response: answers(201, count) } },
    async (deps, { actor, body }, reply) => {
      reply.code(201)
      return toCount(await recordCount(deps, actor, body))
    },
  )
  app.get(
    '/counts/:id',
    { schema: { tags, summary: 'Read a count', params: IdParams, response: answers(200, count) } },
    async ({ actor, params }) => toCount(await readCount(deps, actor, params.id)),
  )
  command(
    '/counts/:id/post',
    {
      schema: { tags, summary: 'Post a count', params: IdParams, body: PostingSchema, response: answers(200, count) },
    },
    async (deps, { actor, params, body }) =>
      toCount(await postCount(deps, actor, params.id, { releaseReserved: body?.releaseReserved ?? false })),
  )
  command(
    '/counts/:id/discard',
    { schema: { tags, summary: 'Discard a count', params: IdParams, response: answers(200, count) } },
    async (deps, { actor, params }) => toCount(await discardCount(deps, actor, params.id)),
  )
}

function toCount(known: Count) {
  const lines = known.lines.map((line) => ({
    ...line,
    variance: line.expected === null ? null : line.counted - line.expected,
  }))
  return { ...known, lines }
}
