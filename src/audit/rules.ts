import type { Instant } from '../kernel/time.ts'

/** Who did what to which record, when, and with what change. */
export type AuditEvent = {
  id: string
  at: Instant
  actorKind: string
  actorId: string
  /** Subject and verb: `voucher.revoked`. */
  action: string
  subjectId: string
  /** What changed. No names and no contacts. */
  change: Record<string, unknown>
  requestId: string | null
}
