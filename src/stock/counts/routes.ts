import type { Deps } from '../../deps.ts'
import { type App, IdParams, routesOf } from '../../platform/http/index.ts'
import { postCount } from './posting.ts'
import type { Count } from './repository.ts'
import { CountSchema, NewCountSchema, PostingSchema } from './schemas.ts'
import { discardCount, readCount, recordCount } from './use-cases.ts'

/** Blind counts, and the posting of what they found. */
export async function countRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const { get, command } = routesOf(app, deps, 'Stock')
  command(
    '/counts',
    { summary: 'Record a count', body: NewCountSchema, response: { 201: CountSchema } },
    async (deps, { actor, body }) => toCount(await recordCount(deps, actor, body)),
  )
  get(
    '/counts/:id',
    { summary: 'Read a count', params: IdParams, response: { 200: CountSchema } },
    async (deps, { actor, params }) => toCount(await readCount(deps, actor, params.id)),
  )
  command(
    '/counts/:id/post',
    { summary: 'Post a count', params: IdParams, body: PostingSchema, response: { 200: CountSchema } },
    async (deps, { actor, params, body }) =>
      toCount(await postCount(deps, actor, params.id, { releaseReserved: body?.releaseReserved ?? false })),
  )
  command(
    '/counts/:id/discard',
    { summary: 'Discard a count', params: IdParams, response: { 200: CountSchema } },
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
