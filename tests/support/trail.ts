import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { recordEvent } from '../../src/audit/index.ts'
import type { Deps } from '../../src/deps.ts'
import { systemActor } from '../../src/identity/rules.ts'
import { temporaryFolder } from './folder.ts'
import { runStatements, withoutTrigger } from './sql.ts'
import { runInTerminal, type Said } from './terminal.ts'

const appendOnly = [
  'audit_events_stay',
  'audit_events_remain',
  'audit_seals_follow',
  ...['seals', 'nodes', 'checkpoints', 'mailings'].flatMap((of) => [`audit_${of}_stay`, `audit_${of}_remain`]),
]

/** Changes the trail behind the service's back: takes the triggers away and runs the statements. */
export function tamper(deps: Deps, ...statements: string[]): Promise<void> {
  return runStatements(
    deps,
    ...appendOnly.map((trigger) => withoutTrigger(trigger, trigger.replace(/_[a-z]+$/, ''))),
    ...statements,
  )
}

/** Records `count` events, one after the other, and answers their ids. */
export async function recordEvents(deps: Deps, count: number, action = 'test.happened'): Promise<string[]> {
  const ids: string[] = []
  const newId = () => {
    ids.push(deps.newId())
    return ids.at(-1)!
  }
  await deps.db.transact(async (tx) => {
    ids.length = 0
    for (let i = 0; i < count; i++)
      await recordEvent({ ...deps, newId }, tx, systemActor, action, `subject ${i}`, { i })
  })
  return ids
}

/** Runs `saka verify-audit` on `text`, as an auditor does elsewhere; `checkpoints` are lines that were kept. */
export async function verifyOffline(
  t: Test,
  text: string,
  { key, checkpoints }: { key?: string; checkpoints?: string } = {},
): Promise<Said> {
  const folder = temporaryFolder(t)
  const file = join(folder, 'trail.ndjson')
  writeFileSync(file, text)
  const args = ['verify-audit', file, ...(key ? ['--key', key] : [])]
  if (checkpoints !== undefined) {
    writeFileSync(join(folder, 'kept.ndjson'), checkpoints)
    args.push('--checkpoints', join(folder, 'kept.ndjson'))
  }
  return runInTerminal(args)
}
