import { createHash } from 'node:crypto'
import type { Reader } from './db.ts'

/** A query as drizzle builds it. */
interface Query<Statement> {
  prepare(): Statement
}

const statements = new WeakMap<object, Map<string, unknown>>()

/**
 * The statement called `name` on the connection of `reader`, built and prepared once: building costs several times what running
 * does. The name stands for one text, whoever asks.
 */
export function prepared<Tables, Statement>(
  reader: Reader<Tables>,
  name: string,
  build: (reader: Reader<Tables>) => Query<Statement>,
): Statement {
  const ofConnection = statements.get(reader.q) ?? new Map<string, unknown>()
  statements.set(reader.q, ofConnection)
  const known = ofConnection.get(name) as Statement | undefined
  if (known) return known
  const query = build(reader) as { prepare(name: string): Statement }
  const statement = query.prepare(nameOnServer(name))
  ofConnection.set(name, statement)
  return statement
}

/** PostgreSQL knows a prepared statement by a name of at most 63 characters; SQLite needs none. */
const nameOnServer = (name: string) => `saka_${createHash('sha256').update(name).digest('base64url')}`
