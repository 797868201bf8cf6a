import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'

type Factory = ReturnType<typeof SerializerSelector>

/**
 * Writes answers as the contract says. A writer is made when its answer is first given: most are never asked for between
 * one start and the next, and making them all would be most of the start. It is given those of the named schemas alone that
 * its answer refers to: it looks through each that it is given.
 */
export const outputCompiler: Factory = (schemas, options) => (route) => {
  const make = () => SerializerSelector()(schemasIn(route.schema, schemas as Record<string, unknown>), options)(route)
  let write: ReturnType<typeof make> | undefined
  return (answer) => {
    write ??= make()
    return write(answer)
  }
}

/** Those of the named schemas that `schema` refers to, directly or through another. */
function schemasIn(schema: unknown, named: Record<string, unknown>): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  const unread = [schema]
  for (const one of unread) {
    for (const [, name] of JSON.stringify(one).matchAll(/"\$ref":"([^"#]+)#?"/g)) {
      if (!name || found[name] || !named[name]) continue
      found[name] = named[name]
      unread.push(named[name])
    }
  }
  return found
}
