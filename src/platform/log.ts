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
  }
  return pino(options, destination)
}
