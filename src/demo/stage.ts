import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../platform/project-root.ts'
import type { Instant } from '../shared/time.ts'
import type { Client } from './client.ts'
import type { Narrator } from './narrator.ts'

/** What every act works with. */
export interface Stage {
  api: Client
  clock: ReturnType<typeof stageClock>
  tell: Narrator
  warehouse: any
  /** Sends the messages that wait, as the jobs do by themselves; answers how many. */
  sendMail(): Promise<number>
  /** The same for what staff are told. */
  sendNotices(): Promise<number>
  /** By code, "A" to "E". */
  communities: Record<string, any>
}

/** A clock that runs from `instant` on, or whatever it was set to: the year that is told of. */
export function stageClock(instant: Instant) {
  let base = Date.parse(instant)
  let since = Date.now()
  return {
    now: (): Instant => new Date(base + (Date.now() - since)).toISOString(),
    set(next: Instant): void {
      base = Date.parse(next)
      since = Date.now()
    },
    /** From now on it is what the machine says. */
    release(): void {
      base = since
    },
  }
}

/** One of the example files. */
export function exampleFile(name: string): Buffer {
  return readFileSync(join(projectRoot, 'src/demo/data/piraeus', name))
}
