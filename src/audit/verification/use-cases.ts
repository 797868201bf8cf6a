import type { Deps } from '../../deps.ts'
import { type Actor, authorize } from '../../identity/rules.ts'
import { coalesced } from '../../platform/queues.ts'
import type { Reader } from '../../schema.ts'
import { findDisclosures } from '../repository.ts'
import { settleTrail } from '../sealing/checkpoints.ts'
import { readCopies } from '../sealing/copies.ts'
import { readTrailSteps } from './reading.ts'
import { startVerifier, type Verification, type Verifier } from './verifier.ts'

/**
 * Recomputes the whole trail and compares it with its seals, its checkpoints, the keys that may sign, the copies that were
 * kept of checkpoints, and what is disclosed of its events. The trail is read for one question at a time, and those who ask
 * meanwhile share an answer.
 */
export function sharedVerification(): (deps: Deps, actor: Actor | undefined) => Promise<Verification> {
  const verify = coalesced(recompute)
  return async (deps, actor) => {
    authorize(actor, 'audit:read')
    return verify(deps)
  }
}

async function recompute(deps: Deps): Promise<Verification> {
  await settleTrail(deps)
  const { config, db, signer } = deps
  const keys = [signer.publicKey, ...config.auditFormerKeys]
  return read(db.read, startVerifier({ keys, kept: await readCopies(config) }))
}

/**
 * Compares the trail of a copy of the database with its own seals and checkpoints, whoever signed them. Adds nothing to it.
 */
export function verifyCopiedTrail(reader: Reader): Promise<Verification> {
  return read(reader, startVerifier())
}

async function read(reader: Reader, verifier: Verifier): Promise<Verification> {
  for await (const steps of readTrailSteps(reader)) {
    const eventIds = steps.flatMap((step) => ('entry' in step ? [step.entry.eventId] : []))
    const disclosures = await findDisclosures(reader, eventIds)
    for (const step of steps) {
      if ('entry' in step) verifier.entry({ ...step.entry, disclosures: disclosures.get(step.entry.eventId) })
      else verifier.checkpoint(step.checkpoint)
    }
  }
  return verifier.end()
}
