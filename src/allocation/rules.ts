import { hash } from 'node:crypto'
import type { Id } from '../shared/ids.ts'
import { defineProblem, type Problem } from '../shared/problem.ts'
import type { Instant } from '../shared/time.ts'
import { needOf, type SchoolNeed } from './apportion.ts'
import type { AllocationLine } from './reason.ts'

/** `proposed → confirmed → superseded`. */
export const allocationStatuses = ['proposed', 'confirmed', 'superseded'] as const

/** One of {@link allocationStatuses}. */
export type AllocationStatus = (typeof allocationStatuses)[number]

/** What a coordinator asks of an allocation besides fairness. */
export interface Policy {
  /** Each school gets at least so many, up to its need. */
  minimumPerSchool?: number
  /** These schools' needs are filled first. */
  prioritySchoolIds?: Id[]
  /** Added to every school's need, rounded up. */
  bufferPercent?: number
}

/** Why a line's quantity is what it is, kept as data and told as a sentence in the reader's language. */
export type Grounds = Pick<AllocationLine, 'code' | 'kits' | 'lot'>

/** A run that divides stock among schools, without its lines. */
export interface AllocationRun {
  id: Id
  campaignId: Id
  status: AllocationStatus
  /** Made from a stock that somebody imagined: not to be confirmed. */
  whatIf: boolean
  policy: Policy
  stockQuantity: number
  needQuantity: number
  shortfall: number
  seed: string
  basis: string
  createdById: string
  createdAt: Instant
  confirmedById: string | null
  confirmedAt: Instant | null
}

/** What an allocation is made from, as the books have it. */
export interface Figures {
  /** Active enrollments of each school in scope. */
  enrolled: ReadonlyMap<Id, number>
  /** Kits that have left a warehouse for each school and are not back. */
  shipped: ReadonlyMap<Id, number>
  /** Kits at the warehouses. */
  onHand: number
  /** Kits that the campaign keeps back. */
  reserve: number
}

/** Schools in an allocation's order, with what they need and what they have: every one that has either. */
export function schoolNeeds({ enrolled, shipped }: Figures, { bufferPercent }: Policy): SchoolNeed[] {
  const ids = new Set([...enrolled.keys(), ...shipped.keys()])
  return [...ids]
    .map((id) => ({ id, need: needOf(enrolled.get(id) ?? 0, bufferPercent), shipped: shipped.get(id) ?? 0 }))
    .filter(({ need, shipped }) => need > 0 || shipped > 0)
}

/** The allocatable kits: on hand and already shipped, less the reserve. Never below zero. */
export function allocatableStock({ onHand, shipped, reserve }: Figures): number {
  const alreadyShipped = [...shipped.values()].reduce((sum, kits) => sum + kits, 0)
  return Math.max(0, onHand + alreadyShipped - reserve)
}

/** A digest of the figures: two are alike if and only if an allocation made from one could be made from the other. */
export function basisOf({ onHand, reserve, ...figures }: Figures): string {
  const schools = schoolNeeds({ onHand, reserve, ...figures }, {})
  const lines = schools.map(({ id, need, shipped }) => `${id}:${need}:${shipped}`).sort()
  return hash('sha256', JSON.stringify([onHand, reserve, ...lines]))
}

/** The run was made from figures that are no longer those of the books, or another one took its place. */
export const staleAllocation = defineProblem({
  code: 'stale_allocation',
  status: 409,
  title: 'The figures have changed',
  detail: () =>
    'Enrollments, stock or shipments have changed since this allocation was made. Make a new one and confirm that.',
})

/** The run was made from a stock that somebody imagined. */
const whatIfOnly = defineProblem({
  code: 'what_if',
  status: 409,
  title: 'This allocation is a what-if',
  detail: () => 'It was made for an imagined stock. Make one without stockQuantity and confirm that.',
})

/** A policy names schools that the campaign is not for. */
export const unknownPrioritySchools = defineProblem<{ schoolIds: Id[] }>({
  code: 'unknown_priority_schools',
  status: 422,
  title: 'Priority schools are not of this campaign',
  detail: () => 'Some of prioritySchoolIds name no school of this campaign. Correct the ids.',
  members: (facts) => ({ ...facts }),
})

/** What stands against confirming `run`, now that the books give the digest `basis`. */
export function checkConfirmable(
  run: Pick<AllocationRun, 'whatIf' | 'status' | 'basis'>,
  basis: string,
): Problem | undefined {
  if (run.whatIf) return whatIfOnly()
  if (run.status !== 'proposed' || run.basis !== basis) return staleAllocation()
  return undefined
}

/** A line of a run, as far as a promise follows from it. */
export interface PromisedLine {
  schoolId: Id
  quantity: number
  shipped: number
}

/**
 * What to set aside for each school: its quantity, less what was shipped to it and what planned shipments carry. Plans
 * beyond the quantity stay as they are: somebody made them, and somebody cancels them.
 */
export function promises(
  lines: readonly PromisedLine[],
  planned: ReadonlyMap<Id, number>,
): { schoolId: Id; quantity: number }[] {
  return lines
    .map(({ schoolId, quantity, shipped }) => ({
      schoolId,
      quantity: quantity - shipped - (planned.get(schoolId) ?? 0),
    }))
    .filter(({ quantity }) => quantity > 0)
}
