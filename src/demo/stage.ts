import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../platform/project-root.ts'
import type { Clock, Instant } from '../shared/time.ts'
import type { Client } from './client.ts'
import type { Narrator } from './narrator.ts'

/** A clock that is set to the year that is told of, and to the machine's again in the end. */
export interface StageClock extends Clock {
  set(instant: Instant): void
  /** From now on it is what the machine says. */
  release(): void
}

/** What every act works with. */
export interface Stage {
  api: Client
  clock: StageClock
  tell: Narrator
  warehouse: any
  /** Sends the messages that wait, as the jobs do by themselves; answers how many. */
  sendMail(): Promise<number>
  /** The same for what staff are told. */
  sendNotices(): Promise<number>
  /** By code, "A" to "E". */
  communities: Record<string, any>
}

/** A clock that runs from `instant` on whatever it was set to. */
export function stageClock(instant: Instant): StageClock {
  let base = Date.parse(instant)
  let since = Date.now()
  let released = false
  return {
    now: () => new Date(released ? Date.now() : base + (Date.now() - since)).toISOString(),
    set: (next) => {
      base = Date.parse(next)
      since = Date.now()
    },
    release: () => {
      released = true
    },
  }
}

/** One of the example files. */
export function exampleFile(name: string): Buffer {
  return readFileSync(join(projectRoot, 'src/demo/data/piraeus', name))
}
