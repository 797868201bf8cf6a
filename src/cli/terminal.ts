import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { OperatorError } from '../platform/operator-error.ts'

/** What a command has of the outside world. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** Calls `stop` once when the process is asked to end. */
  onStop(stop: () => void): void
}

/** What stands behind the name of a command whose `usage` is this, `most` words at most. Throws an `OperatorError` for anything else. */
export function argumentsOf<const Options extends ParseArgsOptionsConfig>(
  args: string[],
  options: Options,
  usage: string,
  most = 0,
) {
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true })
    if (parsed.positionals.length <= most) return parsed
  } catch {
    // Told below, as what cannot be understood.
  }
  throw notUnderstood(usage)
}

/** The command was given something else than it takes. */
export const notUnderstood = (usage: string) => new OperatorError(`This cannot be understood. Say ${usage}`)
