import { forgetNames, getEnrollment, updateEnrollment } from '../../enrollment/index.ts'
import { forgetAddresses } from '../../notifications/index.ts'
import type { Tx } from '../../schema.ts'
import type { Instant } from '../../shared/time.ts'
import { type Concerned, deleteGuardians, listGuardians } from '../guardian-requests/repository.ts'
import { addFigures, countValues, type Figures, totalOf } from '../rules.ts'

/** The contacts of guardians. */
export const addressesOf = (guardians: readonly { email: string | null; phone: string | null }[]): string[] =>
  guardians.flatMap(({ email, phone }) => [email ?? [], phone ?? []].flat())

/** Forgets guardians of a child, and with `includeChildren` its names; answers how many values. An import brings none of them back. */
export async function forget(tx: Tx, child: Concerned, includeChildren: boolean, at: Instant): Promise<Figures> {
  const addresses = addressesOf(await listGuardians(tx, child))
  const { campaignId } = await getEnrollment(tx, child.enrollmentId)
  const deleted = await deleteGuardians(tx, child)
  const guardians = addFigures(deleted, await forgetAddresses(tx, campaignId, addresses))
  if (totalOf(guardians) > 0) await updateEnrollment(tx, child.enrollmentId, { guardiansErasedAt: at })
  if (!includeChildren) return guardians
  const { givenName, familyName } = await getEnrollment(tx, child.enrollmentId)
  const names = countValues('enrollments', [{ givenName, familyName }])
  if (totalOf(names) > 0) await forgetNames(tx, child.enrollmentId, at)
  return addFigures(guardians, names)
}
