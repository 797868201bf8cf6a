import type { AllDeps } from '../src/deps.ts'
import { runEmbedded } from './embedded-runner.ts'
import type { Runner } from './runner.ts'

/** Does the jobs: together with other processes where `REDIS_URL` says through which server, alone otherwise. */
export async function startRunner(deps: AllDeps): Promise<Runner> {
  const { redisUrl } = deps.config
  if (!redisUrl) return runEmbedded(deps)
  // Loaded when it is needed: without Redis the start is quicker.
  const { runOnRedis } = await import('./redis-runner.ts')
  return runOnRedis(deps, redisUrl)
}
