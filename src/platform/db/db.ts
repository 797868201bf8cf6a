import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'

/** A connection to read from: the query builder and the tables. */
export interface Reader<Tables> {
  q: BetterSQLite3Database
  t: Tables
}

declare const writes: unique symbol

/** An open transaction: what a function takes that changes something. It ends with the function given to `transact`. */
export interface Tx<Tables> extends Reader<Tables> {
  readonly [writes]: true
  /** Runs what a constraint may refuse. When it throws, what it did is undone, and the transaction goes on. */
  savepoint<Result>(work: () => Promise<Result>): Promise<Result>
}

/** How a transaction runs. */
export interface TransactOptions<Tables> {
  /**
   * `serializable` unless it says otherwise: nobody comes between what it reads and what it writes. `read committed` is for work
   * whose races a conditional statement or a constraint settles, since others may commit between its statements: it waits for a row
   * that others change, where it would be refused and run again. With a single writer, every transaction is serializable.
   */
  isolation?: 'serializable' | 'read committed'
  /**
   * Is given what the work has thrown, once everything that it did has been undone. What this writes is kept: nobody else's
   * transaction comes between the two. Then the throw is answered.
   */
  compensate?: (tx: Tx<Tables>, error: unknown) => Promise<void>
}

/** The database. */
export interface Db<Tables> {
  /**
   * Runs `work` in a transaction and answers once its commit is durable; a throw undoes all of it. Inside, await
   * queries only. It may be run more than once, each time on what the times before have not done. Raises `storage_unavailable` when the disk refuses and `overloaded` when too much is waiting.
   */
  transact<Result>(work: (tx: Tx<Tables>) => Promise<Result>, options?: TransactOptions<Tables>): Promise<Result>
  /** Committed data only. Cannot write. */
  read: Reader<Tables>
  /**
   * Runs `work` on one state of the books, all that had been committed when its turn came, while others go on writing and wait for
   * nothing. What it writes it writes in transactions of its own, some at a time, and does not see. In a process one runs at a time; of
   * those under the same `lock`, one at a time in all processes.
   */
  snapshot<Result>(lock: string, work: (books: Reader<Tables>) => Promise<Result>): Promise<Result>
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
   * Truncates the write-ahead log once all of it is in the file, where what was deleted has been overwritten: no byte of it is left on
   * the disk. Throws while another process reads the database, which needs the log. PostgreSQL's disk is its own: there it does
   * nothing.
   */
  truncateWal(): Promise<void>
  measure(): Promise<MeasuredDatabase>
  close(): Promise<void>
}
