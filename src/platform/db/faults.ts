import { defineProblem, type Problem } from '../../shared/problem.ts'

/** The disk refuses: full, read-only or broken. */
export const storageUnavailable = defineProblem({
  code: 'storage_unavailable',
  status: 503,
  title: 'Nothing can be stored right now',
  detail: () => 'The disk of the service is full or does not answer. Nothing was changed; try again in a minute.',
  members: () => ({ retryAfter: 60 }),
})

/** The database server does not answer. */
const databaseAway = defineProblem({
  code: 'database_away',
  status: 503,
  title: 'The database does not answer',
  detail: () =>
    'The service cannot reach its database, or has just lost it. Nothing was changed; try again in a few seconds.',
  members: () => ({ retryAfter: 5 }),
})

/** More commands are waiting than can be stored in good time, or another process holds the database. */
export const overloaded = defineProblem({
  code: 'overloaded',
  status: 503,
  title: 'Too much at once',
  detail: () => 'The service has more to do than it can. Nothing was changed; try again in a few seconds.',
  members: () => ({ retryAfter: 5 }),
})

/** The connection broke while the server was storing: it may have, or may not. */
export const outcomeUnknown = defineProblem({
  code: 'outcome_unknown',
  status: 503,
  title: 'Nobody can say whether it was stored',
  detail: () =>
    'The connection to the database broke at the last moment. Send the same request again, with the same Idempotency-Key or scanId: it happens once.',
  members: () => ({ retryAfter: 5 }),
})

// SQLite's own names, and PostgreSQL's by https://www.postgresql.org/docs/18/errcodes-appendix.html.
const diskCodes = /^(SQLITE_(FULL|IOERR|CANTOPEN|READONLY)|53100|58030|XX00[12])/
const busyCodes = /^(SQLITE_(BUSY|LOCKED)|53[0234]00|55P03|57014)/
/** A server that goes, comes or is out of reach. */
const lostCodes = /^(08...|57P0[1-5]|25P03|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/
/** What `pg` says without a code. */
const lostWords = /^(Connection terminated|Client has encountered a connection error)/
const queueWords = /^timeout exceeded when trying to connect/

/** The problem that a failed statement stands for, or the error itself. */
export function storageFault(error: unknown): unknown {
  const code = codeOf(error)
  if (diskCodes.test(code)) return storageUnavailable()
  if (busyCodes.test(code) || some(error, ({ message }) => queueWords.test(String(message)))) return overloaded()
  return isLostConnection(error) ? databaseAway() : error
}

/** Whether `error` says that the disk or the database did not take something, whatever the reason. */
export function isStorageFault(error: unknown): boolean {
  return some(error, ({ code }) => /^(SQLITE_|ENOSPC|EROFS|EIO|53|57P)/.test(String(code)))
}

/** Whether `error` says that the database is out of reach, or that it has just gone. */
export function isLostConnection(error: unknown): boolean {
  return some(error, ({ code, message }) => lostCodes.test(String(code)) || lostWords.test(String(message)))
}

/** What the server says when it lets nobody in: a password, a role or a database that is not there. It holds no password. Undefined for another error. */
export function refusedEntry(error: unknown): string | undefined {
  let said: string | undefined
  some(error, ({ code, message }) => {
    if (/^SASL: .*password/.test(String(message))) said = 'it asks for a password, and none was given'
    else if (/^(28...|3D000|42501|53300|55000)$/.test(String(code))) said = String(message)
    return said !== undefined
  })
  return said
}

/**
 * Whether `error` says that another transaction came between: PostgreSQL refuses it (40001), ended a deadlock with it (40P01),
 * or a record was added that the transaction had looked for and not found (23505). Run again, it sees what the other has done.
 */
export function isRace(error: unknown): boolean {
  return /^(40001|40P01|23505)$/.test(codeOf(error))
}

/** Whether `error` says that a unique constraint would be broken: somebody was faster. */
export function isUniqueViolation(error: unknown): boolean {
  return /^(SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)|23505)$/.test(codeOf(error))
}

/** Whether `error` says that a check constraint would be broken: there is not enough. */
export function isCheckViolation(error: unknown): boolean {
  return /^(SQLITE_CONSTRAINT_CHECK|23514)$/.test(codeOf(error))
}

/** Whether `error` says that a record would refer to one that is not there. */
export function isReferenceViolation(error: unknown): boolean {
  return /^(SQLITE_CONSTRAINT_FOREIGNKEY|23503)$/.test(codeOf(error))
}

/** For `catch`: throws `problem` for a fault that `isSuch`, and any other as it is. */
export function refusedAs(isSuch: (error: unknown) => boolean, problem: () => Problem): (error: unknown) => never {
  return (error) => {
    throw isSuch(error) ? problem() : error
  }
}

interface Fault {
  code?: unknown
  message?: unknown
  cause?: unknown
}

/** Whether `error` or what caused it is such a one. */
function some(error: unknown, isSuch: (fault: Fault) => boolean): boolean {
  if (typeof error !== 'object' || error === null) return false
  return isSuch(error) || some((error as Fault).cause, isSuch)
}

/** What the engine calls the fault: SQLite's name, or the five characters of an SQLSTATE. */
function codeOf(error: unknown): string {
  let found = ''
  some(error, ({ code }) => {
    if (typeof code !== 'string' || !/^(SQLITE_.+|[0-9A-Z]{5})$/.test(code)) return false
    found = code
    return true
  })
  return found
}
