import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'

type Factory = ReturnType<typeof SerializerSelector>

/**
 * Writes answers as the contract says. A writer is made when its answer is first given: most are never asked for between
 * one start and the next, and making them all would be most of the start.
 */
export const outputCompiler: Factory = (schemas, options) => {
  const make = SerializerSelector()(schemas, options)
  return (route) => {
    let write: ReturnType<typeof make> | undefined
    return (answer) => {
      write ??= make(route)
      return write(answer)
    }
  }
}
