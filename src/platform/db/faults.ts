import { defineProblem } from '../../kernel/problem.ts'

/** The disk refuses: full, read-only or broken. */
export const storageUnavailable = defineProblem({
  code: 'storage_unavailable',
  status: 503,
  title: 'Nothing can be stored right now',
  detail: () => 'The disk of the service is full or does not answer. Nothing was changed; try again in a minute.',
  members: () => ({ retryAfter: 60 }),
})

/** More commands are waiting than can be stored in good time, or another process holds the database. */
export const overloaded = defineProblem({
  code: 'overloaded',
  status: 503,
  title: 'Too much at once',
  detail: () => 'The service has more to do than it can. Nothing was changed; try again in a few seconds.',
  members: () => ({ retryAfter: 5 }),
})

const diskCodes = /^SQLITE_(FULL|IOERR|CANTOPEN|READONLY)/
const busyCodes = /^SQLITE_(BUSY|LOCKED)/

/** The problem that a failed statement stands for, or the error itself. */
export function storageFault(error: unknown): unknown {
  const code = codeOf(error)
  return diskCodes.test(code) ? storageUnavailable() : busyCodes.test(code) ? overloaded() : error
}

/** Whether `error` says that a unique constraint would be broken: somebody was faster. */
export function isUniqueViolation(error: unknown): boolean {
  return /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(codeOf(error))
}

/** Whether `error` says that a check constraint would be broken: there is not enough. */
export function isCheckViolation(error: unknown): boolean {
  return codeOf(error) === 'SQLITE_CONSTRAINT_CHECK'
}

/** Whether `error` says that a record would refer to one that is not there. */
export function isReferenceViolation(error: unknown): boolean {
  return codeOf(error) === 'SQLITE_CONSTRAINT_FOREIGNKEY'
}

function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown }
  if (typeof code === 'string' && code.startsWith('SQLITE_')) return code
  return cause ? codeOf(cause) : ''
}
