import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, type TObject, Type } from 'typebox'
import type { Deps } from '../../../deps.ts'
import type { Page, PageQuery } from '../../../shared/page.ts'
import { csvLines, ndjsonLines } from '../../tabular/index.ts'
import { nullable, problemResponses, ref } from '../schemas.ts'

const wholePage = 500

/** What a list of `Item` answers: a page of JSON, or all of it as CSV or NDJSON. */
export const listAnswers = <Item extends TObject>(Item: Item) => ({
  200: {
    description: 'A page as JSON, or the whole list as CSV or NDJSON.',
    content: {
      'application/json': {
        schema: Type.Object({ items: Type.Array(ref(Item)), nextCursor: nullable(Type.String()) }),
      },
      'text/csv': { schema: Type.String({ examples: [Object.keys(Item.properties).join(',')] }) },
      'application/x-ndjson': { schema: Type.String({ examples: ['{}'] }) },
    },
  },
  ...problemResponses,
})

/**
 * Answers a list in the form that the caller accepts. JSON is one page; CSV (UTF-8 with BOM) and NDJSON are streamed whole,
 * a page at a time. `read` answers a page of items as `Item` describes them, whose properties are the columns; it reads with the
 * deps that it is given ({@link depsForLists}).
 */
export async function answerList<Given extends Deps, Item extends TObject>(
  deps: Given,
  request: FastifyRequest,
  reply: FastifyReply,
  Item: Item,
  read: (deps: Given, page: PageQuery) => Promise<Page<Static<Item>>>,
) {
  const forLists = await depsForLists(deps)
  const load = (page: PageQuery) => read(forLists, page)
  const { limit, cursor } = request.query as PageQuery
  const accept = request.headers.accept ?? ''
  const columns = Object.keys(Item.properties)
  if (accept.includes('text/csv')) {
    const rows = await allItems(load, columns)
    return reply.type('text/csv; charset=utf-8').send(Readable.from(csvLines(columns, rows)))
  }
  if (accept.includes('application/x-ndjson')) {
    const rows = await allItems(load, columns)
    return reply.type('application/x-ndjson').send(Readable.from(ndjsonLines(rows)))
  }
  return load({ limit, cursor })
}

/**
 * `deps` whose `db.read` is whoever is there for lists and exports, a replica where there is one: everything that had been
 * stored when the request came is in it.
 */
export async function depsForLists<Given extends Pick<Deps, 'db'>>(deps: Given): Promise<Given> {
  return { ...deps, db: { ...deps.db, read: await deps.db.forLists() } }
}

/**
 * Every item of a list, with the fields that the contract names and no others. The first page is loaded before anything is
 * sent, so that a refusal is still a problem.
 */
async function allItems<Item>(
  load: (page: PageQuery) => Promise<Page<Item>>,
  fields: string[],
): Promise<AsyncIterable<Record<string, unknown>[]>> {
  const named = (item: Item) => Object.fromEntries(fields.map((field) => [field, item[field as keyof Item]]))
  const first = await load({ limit: wholePage, streamed: 'first' })
  return (async function* () {
    for (let page = first; ; ) {
      yield page.items.map(named)
      if (page.nextCursor === null) return
      // As in `answerLong`: others have their turn between two pages.
      await nextTurn()
      page = await load({ limit: wholePage, cursor: page.nextCursor, streamed: 'more' })
    }
  })()
}
