import type { Reader } from '../../schema.ts'
import type { Checkpoint } from '../sealing/chain.ts'
import { findNewestCheckpoint, listCheckpointsAfter } from '../sealing/checkpoint-repository.ts'
import { findLastSeal, listSealedEvents, listSeals } from '../sealing/repository.ts'
import type { Entry } from './verifier.ts'

/** A step of the trail: an entry, or a checkpoint of all entries before it. */
export type Step = { entry: Entry } | { checkpoint: Checkpoint }

const entriesTogether = 500

/** The trail as it was when the reading began, from its beginning, some hundred steps at a time. */
export async function* readTrailSteps(reader: Reader): AsyncGenerator<Step[]> {
  // In this order: the entries of a checkpoint are there before it is.
  const newest = (await findNewestCheckpoint(reader))?.size ?? 0
  const until = (await findLastSeal(reader))?.position ?? 0
  let covered = 0
  const checkpointsUpTo = async (size: number) => {
    const found: Checkpoint[] = []
    for (let page = [] as Checkpoint[]; covered < size; found.push(...page)) {
      page = (await listCheckpointsAfter(reader, covered, entriesTogether)).filter((one) => one.size <= size)
      covered = page.at(-1)?.size ?? size
    }
    return found
  }
  for (let after = 0; after < until; ) {
    const entries = await entriesBehind(reader, after, until)
    if (entries.length === 0) break
    after = entries.at(-1)!.position
    yield inOrder(entries, await checkpointsUpTo(Math.min(after, newest)))
    await new Promise(setImmediate)
  }
  yield (await checkpointsUpTo(newest)).map((checkpoint) => ({ checkpoint }))
}

async function entriesBehind(reader: Reader, after: number, until: number): Promise<Entry[]> {
  const seals = await listSeals(reader, after, entriesTogether)
  const last = seals.at(-1)
  if (!last) return []
  const events = new Map((await listSealedEvents(reader, after, last.position)).map((event) => [event.id, event]))
  return seals.filter(({ position }) => position <= until).map((seal) => ({ ...seal, event: events.get(seal.eventId) }))
}

/** Puts each checkpoint behind the last entry that it covers. */
function inOrder(entries: Entry[], checkpoints: Checkpoint[]): Step[] {
  const steps: Step[] = []
  let next = 0
  const put = (before: number) => {
    for (let one = checkpoints[next]; one && one.size < before; one = checkpoints[++next])
      steps.push({ checkpoint: one })
  }
  for (const entry of entries) {
    put(entry.position)
    steps.push({ entry })
  }
  put(Number.POSITIVE_INFINITY)
  return steps
}
