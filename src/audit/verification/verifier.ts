import { plusMilliseconds } from '../../shared/time.ts'
import {
  type AuditEvent,
  type Disclosure,
  type Fault,
  faultOf,
  foreignFound,
  isCommitted,
  lateMilliseconds,
} from '../rules.ts'
import { type Checkpoint, checkpointHash, isSigned, leafOf, linkOf, noHash, type Seal } from '../sealing/chain.ts'
import { growTree } from '../sealing/merkle.ts'

/** A place in the trail with the event that is there; undefined where it is gone. */
export type Entry = Seal & {
  event: AuditEvent | undefined
  /** What is kept beside it, where that is read too: an export has none of it. */
  disclosures?: readonly Disclosure[] | undefined
}

/** What is known before the trail is read. */
export interface Knowledge {
  /** The keys that may sign, in hex; undefined: whichever a checkpoint names. */
  keys?: readonly string[] | undefined
  /** Checkpoints that were kept where nobody who changes the trail can reach them. */
  kept?: readonly Checkpoint[] | undefined
}

/** What was found. */
export interface Verification {
  intact: boolean
  /** How many entries there are. */
  events: number
  /** How many checkpoints there are in the trail itself. */
  checkpoints: number
  /** How many entries the largest checkpoint covers that the trail agrees with. */
  covered: number
  /** How many checkpoints kept elsewhere agree with the trail. */
  keptConfirmed: number
  /** How many times the clock went back from one checkpoint to the next: no fault, but to be explained. */
  clockSetBack: number
  /** The keys that have signed, in hex. */
  keys: string[]
  /** The first of `faults`. */
  firstBroken: Fault | null
  /** The first hundred, as the trail was read. */
  faults: Fault[]
  faultCount: number
}

/** Reads a trail from its beginning: every entry, and every checkpoint before the entries that it does not cover. */
export interface Verifier {
  entry(entry: Entry): void
  checkpoint(checkpoint: Checkpoint): void
  /** Ends the reading. */
  end(): Verification
}

/** Faults, of which the first hundred are kept and all are counted. */
function faultList() {
  const faults: Fault[] = []
  let faultCount = 0
  const add = (fault: Fault) => {
    if (++faultCount <= 100) faults.push(fault)
  }
  return { add, result: () => ({ firstBroken: faults[0] ?? null, faults, faultCount, intact: faultCount === 0 }) }
}

/**
 * Begins to verify a trail: recomputes every leaf, every link and every root, and compares what is disclosed beside an entry
 * with what that commits to. Needs memory for the checkpoints kept
 * elsewhere and for nothing that grows with the trail.
 */
export function startVerifier(known: Knowledge = {}): Verifier {
  const found = faultList()
  const chain = followChain(found.add)
  const roots = compareRoots(found.add, chain, known)
  const signatures = checkSignatures(found.add, known)
  const times = watchTimes(found.add)
  let checkpoints = 0
  return {
    entry(entry) {
      chain.follow(entry)
      if (entry.event && !disclosesItsOwn(entry.event, entry.disclosures ?? []))
        found.add(faultOf('disclosed_otherwise', entry.position, entry.eventId))
      times.entry(entry)
      roots.reached()
    },
    checkpoint(checkpoint) {
      checkpoints++
      signatures.check(checkpoint)
      roots.compare(checkpoint)
      times.checkpoint(checkpoint)
    },
    end() {
      roots.end()
      return {
        ...found.result(),
        events: chain.tree.size,
        checkpoints,
        covered: roots.covered,
        keptConfirmed: roots.confirmed,
        clockSetBack: times.clockSetBack,
        keys: [...signatures.signers],
      }
    },
  }
}

type Report = (fault: Fault) => void

/** Whether an event commits to all that is kept beside it. One whose change is no JSON any more commits to nothing. */
function disclosesItsOwn(event: AuditEvent, disclosures: readonly Disclosure[]): boolean {
  return disclosures.every((disclosure) => isCommitted(event, disclosure))
}

/** Follows the entries: each has its event as it was sealed, and follows the one before it. */
function followChain(report: Report) {
  const tree = growTree()
  let previous: Buffer | undefined = Buffer.from(noHash, 'hex')
  const chain = {
    tree,
    /** The last position so far. */
    last: 0,
    /** Whether no entry so far is missing or out of its place: only then do roots tell more. */
    inOrder: true,
    follow({ position, eventId, leaf, hash, event }: Entry) {
      if (position !== chain.last + 1) {
        report(
          position > chain.last
            ? faultOf('missing', chain.last + 1, null, position - 1)
            : faultOf('reordered', position, eventId),
        )
        chain.inOrder = false
        previous = undefined
      }
      if (!event) report(faultOf('removed', position, eventId))
      else if (event.id !== eventId || !leafOf(event).equals(leaf)) report(faultOf('changed', position, eventId))
      if (event?.action === foreignFound) report(faultOf('foreign', Number(event.change.position), event.subjectId))
      if (previous && !linkOf(previous, leaf).equals(hash)) report(faultOf('unlinked', position, eventId))
      previous = hash
      chain.last = Math.max(chain.last, position)
      tree.add(leaf)
    },
  }
  return chain
}

/** Compares the roots of checkpoints, the trail's own and those kept elsewhere, with the tree when it has their size. */
function compareRoots(report: Report, chain: ReturnType<typeof followChain>, { kept = [], keys }: Knowledge) {
  const { tree } = chain
  const copies = [...kept].sort((a, b) => a.size - b.size)
  const roots = { confirmed: 0, covered: 0, reached, compare, end }
  let next = 0
  let longest = 0
  /** After the first root that differs all others do, and say nothing new. */
  let differs = false

  function compare({ size, root }: Checkpoint): void {
    longest = Math.max(longest, size)
    if (size !== tree.size || !chain.inOrder || differs) return
    differs = tree.root().toString('hex') !== root
    if (differs) report(faultOf('rewritten', roots.covered + 1, null, size))
    else roots.covered = size
  }

  /** A copy that agrees speaks for itself; one that does not is listened to if it is signed. */
  function compareCopy(copy: Checkpoint): void {
    const agrees = tree.size === copy.size && tree.root().toString('hex') === copy.root
    const fault = agrees ? undefined : signatureFault(copy, keys)
    if (agrees) roots.confirmed++
    if (fault) report(faultOf(fault, copy.size))
    else compare(copy)
  }

  function reached(): void {
    for (let copy = copies[next]; copy && copy.size <= tree.size; copy = copies[++next]) compareCopy(copy)
  }

  function end(): void {
    for (const copy of copies.slice(next)) compareCopy(copy)
    if (longest > chain.last) report(faultOf('truncated', chain.last + 1, null, longest))
  }

  return roots
}

/** What is wrong with who signed `checkpoint`. */
function signatureFault(checkpoint: Checkpoint, keys: readonly string[] | undefined) {
  if (!isSigned(checkpoint)) return 'forged'
  return keys && !keys.includes(checkpoint.publicKey) ? 'unknown_key' : undefined
}

/** Checks each checkpoint's signature, key, and that it names the one before it. */
function checkSignatures(report: Report, { keys }: Knowledge) {
  const signers = new Set<string>()
  let previous = noHash
  return {
    signers,
    check(checkpoint: Checkpoint) {
      const fault = signatureFault(checkpoint, keys)
      if (checkpoint.previous !== previous) report(faultOf('checkpoint_missing', checkpoint.size))
      if (fault) report(faultOf(fault, checkpoint.size))
      else signers.add(checkpoint.publicKey)
      previous = checkpointHash(checkpoint)
    },
  }
}

/**
 * Finds events that claim a moment at which the trail had been sealed without them. Where the clock was set back, as the
 * next checkpoint then shows, that is no fault of theirs.
 */
function watchTimes(report: Report) {
  let covered: { at: string; from: string } | undefined
  let late: Fault[] = []
  const times = {
    clockSetBack: 0,
    entry({ position, eventId, event }: Entry) {
      if (event && covered && event.at < covered.from && late.length < 100)
        late.push(faultOf('backdated', position, eventId))
    },
    checkpoint({ at }: Checkpoint) {
      if (covered && at < covered.at) times.clockSetBack++
      else for (const fault of late) report(fault)
      late = []
      covered = { at, from: plusMilliseconds(at, -lateMilliseconds) }
    },
  }
  return times
}
