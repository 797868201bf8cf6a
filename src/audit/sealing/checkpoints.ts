import type { Deps } from '../../deps.ts'
import { type Actor, authorize } from '../../identity/rules.ts'
import type { Reader } from '../../schema.ts'
import type { Page, PageQuery } from '../../shared/page.ts'
import { inNumber } from '../../shared/plurals.ts'
import type { Instant } from '../../shared/time.ts'
import { trailBroken } from '../rules.ts'
import { type Checkpoint, checkpointHash, noHash, type Seal, signedBytes } from './chain.ts'
import { findNewestCheckpoint, insertCheckpoint, listCheckpoints } from './checkpoint-repository.ts'
import { copyCheckpoints } from './copies.ts'
import { consistencySpans, verifyConsistency } from './merkle.ts'
import { findLastSeal } from './repository.ts'
import { hashSpans, keepNodes } from './tree.ts'
import { type Reach, sealEvents } from './use-cases.ts'

/**
 * Seals what is to be sealed, makes a checkpoint if that was something, and keeps a copy of every checkpoint outside the
 * database. Answers how many of each. Twice, or two at once, do what one does. The trail's own growth is no event: it would
 * never end. Raises `trail_broken`.
 */
export async function sealTrail(deps: Deps, reach: Reach = {}): Promise<{ sealed: number; copied: number }> {
  // Taken before looking: what was committed until then is in the checkpoint.
  const at = deps.clock.now()
  const sealed = await sealEvents(deps, reach)
  await makeCheckpoint(deps, at)
  return { sealed, copied: await copyCheckpoints(deps) }
}

/** Seals all there is before somebody verifies. What stands against it is logged, and found by the verification. */
export async function settleTrail(deps: Deps): Promise<void> {
  await sealTrail(deps, { everything: true }).catch((error: unknown) => {
    deps.log.error({ err: error }, 'the trail could not be sealed')
  })
}

/** The checkpoints, the newest first. */
export function readCheckpoints({ db }: Deps, actor: Actor | undefined, page: PageQuery): Promise<Page<Checkpoint>> {
  authorize(actor, 'audit:read')
  return listCheckpoints(db.read, page)
}

/** Makes a checkpoint of all that is sealed, unless there is one. */
async function makeCheckpoint(deps: Deps, at: Instant): Promise<void> {
  const { db } = deps
  for (;;) {
    const newest = await findNewestCheckpoint(db.read)
    const last = await findLastSeal(db.read)
    if (!last || last.position === newest?.size) return
    await keepNodes(db, last.position)
    const checkpoint = await signCheckpoint(deps, newest, last, at)
    // Somebody else's may be of fewer entries: look again.
    await db.transact((tx) => insertCheckpoint(tx, checkpoint))
  }
}

async function signCheckpoint(
  { db, signer }: Deps,
  newest: Checkpoint | undefined,
  last: Seal,
  at: Instant,
): Promise<Checkpoint> {
  const size = last.position
  const [root] = (await hashSpans(db.read, [[0, size]])) as [Buffer]
  if (newest) await checkExtends(db.read, newest, size, root)
  const statement = {
    size,
    at,
    root: root.toString('hex'),
    head: last.hash.toString('hex'),
    previous: newest ? checkpointHash(newest) : noHash,
    publicKey: signer.publicKey,
  }
  return { ...statement, signature: signer.sign(signedBytes(statement)) }
}

/** Nothing is signed that does not begin with what was signed before. */
async function checkExtends(reader: Reader, newest: Checkpoint, size: number, root: Buffer): Promise<void> {
  const first = { size: newest.size, root: Buffer.from(newest.root, 'hex') }
  const path = await hashSpans(reader, consistencySpans(newest.size, size))
  if (!verifyConsistency(first, { size, root }, path))
    throw trailBroken({
      found: `${inNumber(newest.size, 'The first entry is not that', `The first ${newest.size} entries are not those`)} of the newest checkpoint.`,
    })
}
