import { recordEvent } from '../audit/index.ts'
import { checkTakesEnrollments, getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize } from '../identity/index.ts'
import type { Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import { refuse } from '../shared/problem.ts'
import type { Instant } from '../shared/time.ts'
import { occurred } from '../shared/time-facts.ts'
import { generateCode } from '../shared/voucher-code.ts'
import { countActive, getVoucher, insertVouchers, type NewVoucher, nextActive, withLiveVoucher } from './repository.ts'
import type { Voucher } from './rules.ts'

/** Few enough that others who wait for the writer hardly notice. */
const atOnce = 500

/**
 * Issues a voucher for every active enrollment of a campaign that has no live one, some hundreds to a transaction: cut off
 * in the middle, it has issued whole vouchers, and the next call issues the rest. Raises `campaign_not_open` once the
 * pickup has ended.
 */
export async function issueVouchers(
  deps: Deps,
  actor: Actor | undefined,
  { campaignId, occurredAt }: { campaignId: Id; occurredAt?: string | undefined },
): Promise<{ issued: number; existing: number }> {
  authorize(actor, 'voucher:issue')
  const issuedAt = occurred(deps.clock, occurredAt)
  let issued = 0
  for (let after = ''; ; ) {
    const { vouchers, last } = await deps.db.transact((tx) =>
      issueSome(deps, tx, actor, { campaignId, issuedAt, after }),
    )
    issued += vouchers
    if (last === undefined) break
    after = last
  }
  return { issued, existing: (await countActive(deps.db.read, campaignId)) - issued }
}

async function issueSome(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  { campaignId, issuedAt, after }: { campaignId: Id; issuedAt: Instant; after: Id },
): Promise<{ vouchers: number; last: Id | undefined }> {
  refuse(checkTakesEnrollments(await getCampaign(tx, campaignId)))
  const enrollments = await nextActive(tx, campaignId, after, atOnce)
  const vouchers = await issueWhereNone(deps, tx, { campaignId, issuedAt }, enrollments)
  if (vouchers > 0) await recordEvent(deps, tx, actor, 'vouchers.issued', campaignId, { vouchers })
  return { vouchers, last: enrollments.at(-1)?.id }
}

/** Issues a voucher for each of these enrollments that has no live one; answers how many. */
async function issueWhereNone(
  deps: Deps,
  tx: Tx,
  { campaignId, issuedAt }: { campaignId: Id; issuedAt: Instant },
  enrollments: { id: Id; schoolId: Id }[],
): Promise<number> {
  const vouchers = enrollments.map(({ id: enrollmentId, schoolId }) => ({
    ...{ id: deps.newId(), code: generateCode() },
    ...{ campaignId, enrollmentId, schoolId, issuedAt, replacesId: null },
  }))
  const added = await insertVouchers(tx, vouchers)
  const refused = vouchers.filter(({ id }) => !added.has(id))
  const ids = refused.map(({ enrollmentId }) => enrollmentId)
  const served = await withLiveVoucher(tx, ids)
  const unlucky = refused.filter(({ enrollmentId }) => !served.has(enrollmentId))
  for (const { id: _, code: __, ...voucher } of unlucky) await issueVoucher(deps, tx, voucher)
  return added.size + unlucky.length
}

/** Issues one voucher, for an enrollment that has no live one, under a code that no other has. */
export async function issueVoucher(
  { newId }: Pick<Deps, 'newId'>,
  tx: Tx,
  voucher: Omit<NewVoucher, 'id' | 'code'>,
): Promise<Voucher> {
  const id = newId()
  // 55 random bits: a code that is taken comes once in many campaigns, and then another is drawn.
  for (let draws = 0; draws < 100; draws++) {
    const issued = await insertVouchers(tx, [{ ...voucher, id, code: generateCode() }])
    if (issued.has(id)) return getVoucher(tx, id)
  }
  throw new Error(`no voucher can be issued for enrollment ${voucher.enrollmentId}`)
}
