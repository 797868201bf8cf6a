import type { Deps } from '../src/deps.ts'
import { runEmbedded } from './embedded-runner.ts'

/** Something that does the jobs until it is stopped. */
export interface Runner {
  /** Begins nothing more, and waits a while for what is under way. What it must leave is done by the next that starts. */
  stop(): Promise<void>
}

/** Does the jobs: together with other processes where `REDIS_URL` says through which server, alone otherwise. */
export async function startRunner(deps: Deps): Promise<Runner> {
  const { redisUrl } = deps.config
  if (!redisUrl) return runEmbedded(deps)
  // Loaded when it is needed: without Redis the start is quicker.
  const { runOnRedis } = await import('./redis-runner.ts')
  return runOnRedis(deps, redisUrl)
}
