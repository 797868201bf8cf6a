import type { Deps } from '../deps.ts'
import { type Actor, authorize } from '../identity/rules.ts'
import { settleTrail } from './checkpoints.ts'
import { readCopies } from './copies.ts'
import { readTrailSteps } from './reading.ts'
import { startVerifier, type Verification } from './verifier.ts'

/**
 * Recomputes the whole trail and compares it with its seals, its checkpoints, the keys that may sign, and the copies that
 * were kept of checkpoints.
 */
export async function verifyTrail(deps: Deps, actor: Actor | undefined): Promise<Verification> {
  authorize(actor, 'audit:read')
  await settleTrail(deps)
  const { config, db, signer } = deps
  const keys = [signer.publicKey, ...config.auditFormerKeys]
  const verifier = startVerifier({ keys, kept: await readCopies(config) })
  for await (const steps of readTrailSteps(db.read)) {
    for (const step of steps) {
      if ('entry' in step) verifier.entry(step.entry)
      else verifier.checkpoint(step.checkpoint)
    }
  }
  return verifier.end()
}
