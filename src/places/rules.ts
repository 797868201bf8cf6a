import type { Id } from '../shared/ids.ts'
import { defineProblem } from '../shared/problem.ts'

/** A place that stock can be at. The first and the last two are virtual: the two ends of the ledger. */
export const locationKinds = ['supplier', 'warehouse', 'transit', 'school', 'handed_out', 'written_off'] as const

/** One of {@link locationKinds}. */
export type LocationKind = (typeof locationKinds)[number]

/** The locations there is one of: the ends of the ledger and the road between. Their ids are fixed by the first migration. */
export const virtualLocations = {
  supplier: '00000000-0000-7000-8000-000000000001',
  transit: '00000000-0000-7000-8000-000000000002',
  handed_out: '00000000-0000-7000-8000-000000000003',
  written_off: '00000000-0000-7000-8000-000000000004',
} as const

/** A municipal community (Δημοτική Κοινότητα). */
export interface Community {
  id: Id
  /** "A".."E" in Piraeus. */
  code: string
  name: string
  nameLatin: string | null
  version: number
}

/** A school, whose yard is a location of stock. */
export interface School {
  id: Id
  /** The authority's code: seven digits in Greece. */
  ministryCode: string
  name: string
  communityId: Id
  locationId: Id
  address: string | null
  postalCode: string | null
  latitude: number | null
  longitude: number | null
  email: string | null
  phone: string | null
  version: number
}

/** A place that stock can be at; `schoolId` for a school's yard. */
export interface Location {
  id: Id
  kind: LocationKind
  name: string
  schoolId: Id | null
}

/** A community with this code is there already. */
export const communityCodeTaken = defineProblem<{ code: string }>({
  code: 'community_code_taken',
  status: 409,
  title: 'The community code is taken',
  detail: ({ code }) => `There is a community ${code} already. Change that one, or choose another code.`,
})

/** A school with this ministry code is there already. */
export const ministryCodeTaken = defineProblem<{ ministryCode: string }>({
  code: 'ministry_code_taken',
  status: 409,
  title: 'The ministry code is taken',
  detail: ({ ministryCode }) => `There is a school ${ministryCode} already. Change that one, or correct the code.`,
})

/** A warehouse with this name is there already. */
export const warehouseNameTaken = defineProblem<{ name: string }>({
  code: 'warehouse_name_taken',
  status: 409,
  title: 'The name of the warehouse is taken',
  detail: ({ name }) => `There is a warehouse called ${name} already. Use that one, or choose another name.`,
})

/** The community that a school is said to belong to is not there. */
export const unknownCommunity = defineProblem({
  code: 'unknown_community',
  status: 422,
  title: 'There is no such community',
  detail: () => 'The communityId names no community. Add the community first, or correct the id.',
})
