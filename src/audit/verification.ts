import type { Deps } from '../deps.ts'
import { type Actor, authorize } from '../identity/rules.ts'
import { inTurns } from '../kernel/turns.ts'
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
  return recompute(deps)
}

/** {@link verifyTrail} for many: the whole trail is read for one question at a time, and those who ask meanwhile share an answer. */
export function sharedVerification(): typeof verifyTrail {
  const verify = inTurns(recompute)
  return async (deps, actor) => {
    authorize(actor, 'audit:read')
    return verify(deps)
  }
}

async function recompute(deps: Deps): Promise<Verification> {
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
