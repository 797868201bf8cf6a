import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import type { Reader } from '../../schema.ts'
import type { StaleDevice } from './rules.ts'

/** Every device that has been set up and not cut off. */
export async function listDevicesInUse({ q, t }: Reader): Promise<StaleDevice[]> {
  const { devices: d, schools: s } = t
  const inUse = and(isNotNull(d.provisionedAt), isNull(d.revokedAt))
  const rows = await q
    .select({ device: d, schoolName: s.name, communityId: s.communityId })
    .from(d)
    .innerJoin(s, eq(s.id, d.schoolId))
    .where(inUse)
    .orderBy(s.name, d.id)
  return rows.map(({ device: { id, schoolId, lastSeenAt, provisionedAt, pendingScans }, ...school }) => ({
    ...{ id, schoolId, ...school },
    heardAt: lastSeenAt ?? provisionedAt!,
    pendingScans: pendingScans ?? 0,
  }))
}
