import { recordEvent } from '../audit/index.ts'
import { type Campaign, findOpenCampaignOfSchool } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { openDiscrepancy } from '../discrepancies/index.ts'
import type { Actor } from '../identity/index.ts'
import { type School, virtualLocations } from '../places/index.ts'
import type { Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import { moveStock } from '../stock/index.ts'
import { hasBeenServed } from '../vouchers/index.ts'
import type { ScanRow } from './repository.ts'
import { redeemedAt } from './rules.ts'

type CampaignOfHandOut = Pick<Campaign, 'id' | 'kitId' | 'status'>

/**
 * Keeps the fact that a kit left a school though its scan was refused: a movement, and a discrepancy, whose id is
 * answered. The voucher stays as it is. Null where no campaign is known and so no kit: the scan alone says it then.
 */
export async function recordRefusedHandOut(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  { scan, school, campaign: named }: { scan: ScanRow; school: School; campaign: CampaignOfHandOut | undefined },
): Promise<Id | null> {
  // What a school hands out is of the campaign that is open there, also against the voucher of one that is over.
  const campaign = (named?.status === 'closed' && (await findOpenCampaignOfSchool(tx, school.id))) || named
  if (!campaign) return null
  await moveStock(deps, tx, actor, {
    kitId: campaign.kitId,
    fromLocationId: school.locationId,
    toLocationId: virtualLocations.handed_out,
    quantity: 1,
    kind: 'handout',
    causeType: 'scan',
    causeId: scan.id,
    campaignId: campaign.id,
    occurredAt: redeemedAt(scan.scannedAt, scan.recordedAt),
  })
  await recordEvent(deps, tx, actor, 'scan.handed_out', scan.id, { result: scan.result, schoolId: school.id })
  const second = scan.voucherId !== null && (await hasBeenServed(tx, scan.voucherId))
  return openDiscrepancy(deps, tx, actor, {
    campaignId: campaign.id,
    ...(second ? duplicate(school) : refused(school, scan)),
    matter: scan.id,
    records: [
      { type: 'scan', id: scan.id },
      ...(scan.voucherId ? [{ type: 'voucher', id: scan.voucherId }] : []),
      { type: 'school', id: school.id },
    ],
  })
}

const duplicate = (school: School) =>
  ({
    code: 'duplicate_handout',
    severity: 'error',
    detail: `${school.name} handed out a second kit to a child that had one already.`,
    expected: 1,
    actual: 2,
  }) as const

const refused = (school: School, { result }: ScanRow) =>
  ({
    code: 'refused_handout',
    severity: 'warning',
    detail: `${school.name} handed out a kit although the scan was refused: ${result}.`,
    expected: 0,
    actual: 1,
  }) as const
