import type { Id } from './ids.ts'

/** What a person, a key or a device may be. */
export const roles = ['admin', 'coordinator', 'warehouse', 'school', 'auditor'] as const

/** One of {@link roles}. */
export type Role = (typeof roles)[number]

/** A role, and the school or warehouse that it ends at. */
export interface RoleGrant {
  role: Role
  schoolId?: Id
  warehouseId?: Id
}

/** Who does something. Every command has one. */
export interface Actor {
  kind: 'user' | 'api_key' | 'device' | 'system'
  id: string
  name: string
  email?: string
  /** A device's are those of school staff, marked `device`. */
  roles: (RoleGrant | { role: 'device'; schoolId: Id })[]
  /** The request that it acts by, for the trail. */
  requestId?: string
  /** Why the actor asks, where the request says so: an auditor needs a reason to see personal data. */
  accessReason?: string
  /** What a person whose role asks for a second factor has to do before anything else, as none was shown. */
  secondFactor?: 'set_up' | 'show'
}
