import type { Deps } from '../../deps.ts'
import { type Actor, authorize } from '../../identity/rules.ts'
import type { Reader } from '../../schema.ts'
import { notFound } from '../../shared/problem.ts'
import type { Checkpoint, Seal } from '../sealing/chain.ts'
import { findCheckpoint, findNewestCheckpoint } from '../sealing/checkpoint-repository.ts'
import { sealTrail } from '../sealing/checkpoints.ts'
import { consistencySpans, inclusionSpans, type Span } from '../sealing/merkle.ts'
import { findSealOf } from '../sealing/repository.ts'
import { hashSpans } from '../sealing/tree.ts'

/** Proves that an event is in the trail of a checkpoint (RFC 9162, section 2.1.3). Hashes are in hex. */
export interface InclusionProof {
  eventId: string
  position: number
  leaf: string
  path: string[]
  checkpoint: Checkpoint
}

/** Proves that the trail of one checkpoint begins with that of another (RFC 9162, section 2.1.4). Hashes are in hex. */
export interface ConsistencyProof {
  from: Checkpoint
  to: Checkpoint
  path: string[]
}

/**
 * Proves that an event is in the trail, as the newest checkpoint has it. One that is not sealed yet is sealed first. Raises
 * `not_found`, and `trail_broken` where what is there proves nothing.
 */
export async function proveEvent(deps: Deps, actor: Actor | undefined, eventId: string): Promise<InclusionProof> {
  authorize(actor, 'audit:read')
  const { seal, checkpoint } = (await findCovered(deps, eventId)) ?? (await sealAndFind(deps, eventId))
  const path = await hexOf(deps.db.read, inclusionSpans(seal.position - 1, checkpoint.size))
  return { eventId, position: seal.position, leaf: seal.leaf.toString('hex'), path, checkpoint }
}

async function findCovered({ db: { read } }: Deps, eventId: string) {
  const seal = await findSealOf(read, eventId)
  const checkpoint = seal && (await findNewestCheckpoint(read))
  return seal && checkpoint && seal.position <= checkpoint.size ? { seal, checkpoint } : undefined
}

async function sealAndFind(deps: Deps, eventId: string): Promise<{ seal: Seal; checkpoint: Checkpoint }> {
  await sealTrail(deps)
  const covered = await findCovered(deps, eventId)
  if (!covered) throw notFound({ what: 'event' })
  return covered
}

/**
 * Proves that the checkpoint of `size` entries continues the one of `from`, or the one before it if absent. Raises
 * `not_found` for a size that no checkpoint has.
 */
export async function proveConsistency(
  { db: { read } }: Deps,
  actor: Actor | undefined,
  size: number,
  from?: number,
): Promise<ConsistencyProof> {
  authorize(actor, 'audit:read')
  const to = await findCheckpoint(read, size)
  const first = from === undefined ? await findNewestCheckpoint(read, size) : await findCheckpoint(read, from)
  if (!to || !first || first.size > to.size) throw notFound({ what: 'checkpoint' })
  return { from: first, to, path: await hexOf(read, consistencySpans(first.size, to.size)) }
}

async function hexOf(reader: Reader, spans: Span[]): Promise<string[]> {
  return (await hashSpans(reader, spans)).map((hash) => hash.toString('hex'))
}
