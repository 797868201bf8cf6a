import { type DestinationStream, type Logger, pino } from 'pino'

/** Where the service says what it does. Holds no personal data, no codes and no addresses of records. */
export type Log = Logger

/** A log of JSON lines on standard output, from `level` on. */
export function openLog(level: string): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ['req.headers', 'res.headers'],
  })
}
