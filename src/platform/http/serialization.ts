import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'

type Factory = ReturnType<typeof SerializerSelector>
type Writer = ReturnType<ReturnType<Factory>>

/** What writes the answers of a schema, by its text: many routes answer the same, and making a writer takes longer than most answers. */
const writers = new Map<string, Writer>()

/**
 * Writes answers as the contract says. A writer is made when its answer is first given: most are never asked for between
 * one start and the next, and making them all would be most of the start. It is given those of the named schemas alone that
 * its answer refers to: it looks through each that it is given.
 */
export const outputCompiler: Factory = (schemas, options) => (route) => {
  let write: Writer | undefined
  const find = () => {
    const text = JSON.stringify(route.schema)
    const known = writers.get(text)
    if (known) return known
    const made = SerializerSelector()(schemasIn(text, schemas as Record<string, unknown>), options)(route)
    writers.set(text, made)
    return made
  }
  return (answer) => {
    write ??= find()
    return write(answer)
  }
}

/** Those of the named schemas that a schema refers to, directly or through another. */
function schemasIn(text: string, named: Record<string, unknown>): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  const unread = [text]
  for (const one of unread) {
    for (const [, name] of one.matchAll(/"\$ref":"([^"#]+)#?"/g)) {
      if (!name || found[name] || !named[name]) continue
      found[name] = named[name]
      unread.push(JSON.stringify(named[name]))
    }
  }
  return found
}
