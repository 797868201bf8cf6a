import { type DestinationStream, type Logger, pino } from 'pino'

/** Where the service says what it does. Holds no personal data, no codes and no addresses of records. */
export type Log = Logger

/** A log of JSON lines from `level` on, on standard output unless it is given somewhere else to go. */
export function openLog(level: string, destination: DestinationStream = pino.destination({ sync: true })): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: ['req.headers', 'res.headers'],
    serializers: { err: faultTold },
  }
  return pino(options, destination)
}

interface Fault extends Error {
  code?: unknown
  constraint?: unknown
  table?: unknown
  query?: unknown
  params?: unknown
}

/** What the log tells of an error: what it is, where it comes from and what is behind it; none of the values that a query was run with. */
function faultTold(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error }
  const { message, stack, code, constraint, table, cause } = error as Fault
  const told = messageTold(error)
  return {
    type: error.constructor.name,
    message: told,
    stack: stack?.replace(message, () => told),
    code,
    constraint,
    table,
    ...(cause !== undefined && { cause: faultTold(cause) }),
  }
}

/** Drizzle puts the values of a query into its message, and PostgreSQL a value that it cannot read (SQLSTATE class 22). */
function messageTold({ message, query, params, code }: Fault): string {
  if (typeof query === 'string' && params !== undefined) return `Failed query: ${query}`
  return /^22\w{3}$/.test(String(code)) ? 'the database cannot read a value' : message
}
