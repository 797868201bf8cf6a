import { hashToken } from '../../src/identity/secrets.ts'
import type { OpenDeps } from '../../src/open-deps.ts'
import { insertRows } from '../../src/platform/db/index.ts'
import { generateCode, type VoucherCode } from '../../src/shared/voucher-code.ts'

const schoolCount = 45
/** When all of it happens. */
export const now = '2023-09-11T06:30:00.000Z'

/** A voucher that can be used, and what is known of it. */
export interface IssuedVoucher {
  id: string
  enrollmentId: string
  schoolId: string
  code: VoucherCode
}

/** Fills the database with a campaign of 45 schools and `count` issued vouchers, answered in no order, and an administrator's `key`. */
export async function issueVouchers(deps: OpenDeps, key: string, count: number): Promise<IssuedVoucher[]> {
  const { newId, db } = deps
  const [communityId, kitId, campaignId] = [newId(), newId(), newId()]
  const schools = Array.from({ length: schoolCount }, (_, i) => ({ id: newId(), locationId: newId(), name: `${i}ο` }))
  const vouchers = Array.from({ length: count }, (_, i) => ({
    id: newId(),
    enrollmentId: newId(),
    schoolId: schools[i % schoolCount]!.id,
    code: generateCode(),
  }))
  await db.transact(async (tx) => {
    const { t } = tx
    await insertRows(tx, t.apiKeys, [
      {
        id: newId(),
        name: 'bench',
        keyHash: hashToken(key),
        roles: [{ role: 'admin' }],
        createdById: 'bench',
        createdAt: now,
      },
    ])
    await insertRows(tx, t.communities, [{ id: communityId, code: 'A', name: 'Α' }])
    await insertRows(
      tx,
      t.locations,
      schools.map(({ locationId: id, name }) => ({ id, kind: 'school' as const, name })),
    )
    await insertRows(
      tx,
      t.schools,
      schools.map((school, i) => ({ ...school, ministryCode: String(9000000 + i), folded: school.name, communityId })),
    )
    await insertRows(tx, t.kits, [{ id: kitId, name: 'Σετ', unitCostCents: 12_000 }])
    await insertRows(tx, t.campaigns, [
      {
        id: campaignId,
        name: 'Bench',
        year: 2023,
        kitId,
        targetQuantity: count,
        budgetCents: 18_000_000,
        pickupFrom: '2023-09-11',
        pickupUntil: '2023-09-22',
        status: 'open' as const,
        createdAt: now,
      },
    ])
    await insertRows(
      tx,
      t.enrollments,
      vouchers.map(({ enrollmentId: id, schoolId }, i) => ({
        id,
        campaignId,
        schoolId,
        pupilRef: String(i),
        givenName: 'Ελένη',
        familyName: 'Φωτοπούλου',
        section: 'Α1',
        createdAt: now,
      })),
    )
    await insertRows(
      tx,
      t.vouchers,
      vouchers.map((voucher) => ({ ...voucher, campaignId, issuedAt: now })),
    )
  })
  return shuffled(vouchers)
}

function shuffled<Item>(items: Item[]): Item[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[items[i], items[j]] = [items[j]!, items[i]!]
  }
  return items
}
