import type { Deps } from '../src/deps.ts'
import { runEmbedded } from './embedded-runner.ts'

/** Something that runs until it is stopped. */
export interface Runner {
  /** Begins nothing more, and waits a while for what is active. What it must leave is done by the next that starts. */
  stop(): Promise<void>
}

/** Runs the jobs: together with other processes through the server that `REDIS_URL` names, alone without one. */
export async function startRunner(deps: Deps): Promise<Runner> {
  const { redisUrl } = deps.config
  if (!redisUrl) return runEmbedded(deps)
  // Loaded when it is needed: without Redis the start is quicker.
  const { runOnRedis } = await import('./redis-runner.ts')
  return runOnRedis(deps, redisUrl)
}
