import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { PreparedQuery, Statement } from './statement.ts'

/** A connection to read from: the query builder and the tables. */
export interface Reader<Tables> {
  q: BetterSQLite3Database
  t: Tables
  /**
   * Decides once and for all what running a query takes, in the engine's way. One that `claims` is an UPDATE whose answer is
   * the rows that it changed; it may throw where that is none.
   */
  compile(query: PreparedQuery, claims?: boolean): Statement
}

/** What a transaction does at last, so that the engine may send it off as a whole. */
export interface Conclusion {
  /** The id of the record that `claim` changes. */
  row: string
  /** Runs one {@link preparedClaim}: the condition on which the rest is right. Answers whether it holds. */
  claim(): Promise<boolean>
  /** Sends what rests on that, all of it before it awaits anything. */
  rest(): Promise<unknown>
  /** The same of what changes a record that others wait for: it comes last, so that they wait the least. */
  last(): Promise<unknown>
  /** The id of what `last` changes: who changes several, changes them in the order of these. */
  meetsAt: string
}

declare const writes: unique symbol

/** An open transaction: what a function takes that changes something. It ends with the function given to `transact`. */
export interface Tx<Tables> extends Reader<Tables> {
  readonly [writes]: true
  /** Runs one statement, or a few, that a constraint may refuse. When they throw they are undone, and the transaction goes on. */
  attempt<Result>(work: () => Promise<Result>): Promise<Result>
  /**
   * Claims, and if that holds does the rest; answers whether it held. In a settled transaction it is the end: nothing is written
   * before it and nothing asked after, the commit goes out right behind it, and where the claim does not hold, the work is run again.
   */
  conclude(conclusion: Conclusion): Promise<boolean>
}

/** How a transaction stands to others at the same moment. */
export interface Beside {
  /**
   * A constraint or a conditional statement settles each of its races: others may commit between its statements. On PostgreSQL
   * it then waits for a row that others change, where it would be refused and run again, and shares a transaction with others that
   * are settled: `attempt` is for those that have one of their own. SQLite has one writer anyway.
   */
  settled: boolean
}

/** The database. */
export interface Db<Tables> {
  /**
   * Runs `work` in a transaction and answers once its commit is durable; a throw undoes all of it. Inside, await
   * queries only. It may be run more than once, each time on what the times before have not done. Raises `storage_unavailable` when the disk refuses and `overloaded` when too much is waiting.
   *
   * With `instead`, what `work` throws is handed to it, and what it writes is kept in the place of what `work` did: nobody
   * else's transaction comes between the two. Then the throw is answered.
   */
  transact<Result>(
    work: (tx: Tx<Tables>) => Promise<Result>,
    instead?: (tx: Tx<Tables>, error: unknown) => Promise<void>,
    beside?: Beside,
  ): Promise<Result>
  /** Committed data only. Cannot write. */
  read: Reader<Tables>
  /**
   * Runs `work` on one state of the books, all that had been committed when its turn came, while others go on writing and wait for
   * nothing. What it writes it writes in transactions of its own, some at a time, and does not see. In a process one runs at a time; of
   * those who give the same `turn`, one at a time in all processes.
   */
  snapshot<Result>(turn: string, work: (books: Reader<Tables>) => Promise<Result>): Promise<Result>
  /** Whom to ask for lists and exports, which may be long: a replica where there is one. All that has been committed by now is in it. */
  forLists(): Promise<Reader<Tables>>
}

/** How large a database is and how busy. What its engine does not tell is left out. */
export interface MeasuredDatabase {
  bytes: number
  /** What was committed and is not in the file yet. */
  logBytes?: number
  /** Room on its disk. */
  freeBytes?: number
  /** Commands that wait. */
  waiting: number
}

/** Is told of a commit: how many commands it holds, and how long it took, in seconds. */
export type CommitDone = (commands: number, seconds: number) => void

/** A database that has been opened and can be asked how it is and closed. */
export interface OpenDb<Tables> extends Db<Tables> {
  /** Rejects when the database does not answer or is not at this version's tables. */
  check(): Promise<void>
  /**
   * Empties the log of changes into the file, where what was deleted has been overwritten: no byte of it is left on the
   * disk. Throws while another process reads the database, which needs the log. PostgreSQL's disk is its own: there it does
   * nothing.
   */
  emptyLog(): Promise<void>
  measure(): Promise<MeasuredDatabase>
  close(): Promise<void>
}

const statements = new WeakMap<object, Map<string, unknown>>()

/** The statement called `name` on the connection of `reader`, built once: building costs several times what running does. */
export function prepared<Tables, Statement extends object>(
  reader: Reader<Tables>,
  name: string,
  build: (reader: Reader<Tables>) => Statement,
): Statement {
  return once(reader, name, build, false)
}

/** The same of an UPDATE that answers the rows that it changed, for {@link Conclusion}: where there is none, it answers none or throws. */
export function preparedClaim<Tables, Statement extends object>(
  reader: Reader<Tables>,
  name: string,
  build: (reader: Reader<Tables>) => Statement,
): Statement {
  return once(reader, name, build, true)
}

function once<Tables, Statement extends object>(
  reader: Reader<Tables>,
  name: string,
  build: (reader: Reader<Tables>) => Statement,
  claims: boolean,
): Statement {
  let ofConnection = statements.get(reader.q)
  if (!ofConnection) {
    ofConnection = new Map()
    statements.set(reader.q, ofConnection)
  }
  let statement = ofConnection.get(name) as Statement | undefined
  if (!statement) {
    statement = reader.compile(build(reader) as unknown as PreparedQuery, claims) as unknown as Statement
    ofConnection.set(name, statement)
  }
  return statement
}

/** {@link Tx.conclude} where each statement is answered before the next. */
export async function concludeInTurn({ claim, rest, last }: Conclusion): Promise<boolean> {
  if (!(await claim())) return false
  await Promise.all([rest(), last()])
  return true
}
