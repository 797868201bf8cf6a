import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
import type { Static, TSchema } from 'typebox'

/** A list within an answer that may be long: its items, as `Item` describes them, some hundreds at a time. */
interface LongList {
  Item: TSchema
  pages: AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>
}

type Json = Record<string, unknown>

/** Enough to be worth sending, in characters. */
const chunkLength = 64 * 1024

/**
 * Answers what `Schema` describes: `record`, and in it each of `lists`, in the order in which the schema has them. It is written
 * and sent piece by piece, so that an answer with a line for every school never lies in memory as a whole. The first piece is
 * made before anything is sent, so that a refusal is still a problem. Schemas that have a name are given as references, the same
 * each time: what writes them is made once.
 */
export async function answerLong<Schema extends TSchema, Name extends string & keyof Static<Schema>>(
  reply: FastifyReply,
  Schema: Schema,
  record: Omit<Static<Schema>, Name>,
  lists: Record<Name, LongList>,
): Promise<never> {
  const chunks = chunksOf(piecesOf(reply, Schema, record, lists))
  const first = await chunks.next()
  reply.type('application/json; charset=utf-8')
  const all = (async function* () {
    if (!first.done) yield first.value
    yield* chunks
  })()
  return Readable.from(all) as never
}

async function* piecesOf(
  reply: FastifyReply,
  Schema: TSchema,
  record: object,
  lists: Record<string, LongList>,
): AsyncGenerator<string, void, undefined> {
  const names = Object.keys(lists)
  const write = (value: unknown, schema: TSchema) => reply.serializeInput(value as Json, schema as unknown as Json)
  let rest = write({ ...record, ...Object.fromEntries(names.map((name) => [name, []])) }, Schema)
  for (const [name, { Item, pages }] of Object.entries(lists)) {
    // Within a text the quotes would be escaped: this is the list itself.
    const inside = rest.indexOf(`"${name}":[]`) + `"${name}":[`.length
    yield rest.slice(0, inside)
    rest = rest.slice(inside)
    let behind = ''
    for await (const page of pages) {
      if (page.length === 0) continue
      yield behind + page.map((item) => write(item, Item)).join(',')
      behind = ','
    }
  }
  yield rest
}

async function* chunksOf(pieces: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let chunk = ''
  for await (const piece of pieces) {
    chunk += piece
    if (chunk.length < chunkLength) continue
    yield chunk
    chunk = ''
    // A database in a file answers at once, and a near client takes at once: nobody else would have a turn until all is sent.
    await nextTurn()
  }
  yield chunk
}
