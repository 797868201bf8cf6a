import type { Deps } from '../../deps.ts'
import { type Actor, authorize } from '../../identity/rules.ts'
import type { Reader } from '../../schema.ts'
import { settleTrail } from '../sealing/checkpoints.ts'
import { recordEvent } from '../use-cases.ts'
import { endLine, headLine, stepLine } from './export-lines.ts'
import { readTrailSteps } from './reading.ts'

/**
 * The whole trail as lines of JSON, a batch at a time: a header, every entry with its seal, every checkpoint behind the
 * entries that it covers, and a line that says that it ends there. It is itself an event, the last of those it holds.
 */
export async function exportTrail(deps: Deps, actor: Actor | undefined): Promise<AsyncIterable<string>> {
  authorize(actor, 'audit:read')
  await deps.db.transact((tx) => recordEvent(deps, tx, actor, 'trail.exported', 'trail'))
  await settleTrail(deps)
  return linesOf(deps.db.read, deps.clock.now())
}

async function* linesOf(reader: Reader, exportedAt: string): AsyncGenerator<string> {
  let entries = 0
  yield headLine(exportedAt)
  for await (const steps of readTrailSteps(reader)) {
    entries += steps.filter((step) => 'entry' in step).length
    if (steps.length > 0) yield steps.map(stepLine).join('')
  }
  yield endLine(entries)
}
