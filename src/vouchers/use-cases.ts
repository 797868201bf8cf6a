import { recordEvent, showOne, showPage } from '../audit/index.ts'
import { getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize, schoolsOf } from '../identity/index.ts'
import type { Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { notFound, refuse } from '../shared/problem.ts'
import { occurred } from '../shared/time-facts.ts'
import { issueVoucher } from './issue.ts'
import { lookUpVoucher } from './lookup-repository.ts'
import {
  getVoucher,
  listVouchers,
  markExpired,
  markReplaced,
  markRevoked,
  type VoucherFilter,
  vouchersToPrint,
} from './repository.ts'
import { checkReissuable, checkRevocable, enrollmentInactive, type Voucher } from './rules.ts'
import { voucherSheets } from './sheet/sheet.ts'

/** Why a voucher is ended, and when if that was in the past. */
export interface Ending {
  voucherId: Id
  reason: string
  occurredAt?: string | undefined
}

const typedAtVoucher = {
  by: 'voucher:read',
  hide: (voucher: Voucher): Voucher => ({ ...voucher, revocationReason: null }),
} as const

/** Vouchers of a campaign by the time they were issued; school staff see their own school's alone. */
export async function readVouchers(
  deps: Deps,
  actor: Actor | undefined,
  filter: VoucherFilter,
  page: PageQuery,
): Promise<Page<Voucher>> {
  authorize(actor, 'voucher:read')
  const { read } = deps.db
  await getCampaign(read, filter.campaignId)
  const found = await listVouchers(read, { ...filter, only: schoolsOf(actor, 'voucher:read') }, page)
  const { campaignId } = filter
  const entry = { event: 'vouchers.read', subjectId: campaignId, campaignId, facts: { ...filter } }
  return showPage(deps, actor, found, page, typedAtVoucher, entry)
}

/** One voucher. */
export async function readVoucher(deps: Deps, actor: Actor | undefined, id: Id): Promise<Voucher> {
  authorize(actor, 'voucher:read')
  const voucher = await getVoucher(deps.db.read, id)
  authorize(actor, 'voucher:read', voucher)
  const { campaignId } = voucher
  return showOne(deps, actor, voucher, typedAtVoucher, { event: 'vouchers.read', subjectId: id, campaignId })
}

/**
 * The issued vouchers of a campaign as a PDF to print, all of them or one school's; school staff get their own school's.
 * Who printed how many is recorded.
 */
export async function printVouchers(
  deps: Deps,
  actor: Actor | undefined,
  { campaignId, schoolId }: { campaignId: Id; schoolId?: Id | undefined },
): Promise<Buffer> {
  authorize(actor, 'voucher:print', { schoolId })
  const { db, clock, config } = deps
  const campaign = await getCampaign(db.read, campaignId)
  const only = schoolsOf(actor, 'voucher:print')
  const vouchers = await vouchersToPrint(db.read, { campaignId, schoolId, only, status: 'issued' })
  const sheets = await voucherSheets({ campaign, baseUrl: config.baseUrl, vouchers, printedAt: clock.now() })
  await db.transact((tx) =>
    recordEvent(deps, tx, actor, 'voucher.printed', campaignId, {
      vouchers: vouchers.length,
      schoolId: schoolId ?? null,
    }),
  )
  return sheets
}

/** Ends a voucher before it is used, so that its code answers `revoked` from now on. Raises `already_redeemed` and `expired`. */
export function revokeVoucher(
  deps: Deps,
  actor: Actor | undefined,
  { voucherId, reason, occurredAt }: Ending,
): Promise<Voucher> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'voucher:revoke')
    const revoked = await markRevoked(tx, voucherId, { reason, at: occurred(deps.clock, occurredAt) })
    if (!revoked) {
      const voucher = await getVoucher(tx, voucherId)
      refuse(checkRevocable(voucher, deps.config.timeZone))
      return voucher
    }
    const personal = { campaignId: revoked.campaignId, fields: { reason } }
    await recordEvent(deps, tx, actor, 'voucher.revoked', voucherId, {}, personal)
    return revoked
  })
}

/**
 * Issues a new voucher in place of a lost one, which ends. Answers the new one. Raises `already_redeemed`, `expired`,
 * `revoked`, and `enrollment_inactive` for a child who is no longer there.
 */
export function reissueVoucher(
  deps: Deps,
  actor: Actor | undefined,
  { voucherId, reason, occurredAt }: Ending,
): Promise<Voucher> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'voucher:reissue')
    const found = await lookUpVoucher(tx, voucherId)
    if (!found) throw notFound({ what: 'voucher' })
    const { voucher, enrollment } = found
    authorize(actor, 'voucher:reissue', voucher)
    refuse(checkReissuable(voucher, deps.config.timeZone))
    if (enrollment.status !== 'active') throw enrollmentInactive({ enrollmentStatus: enrollment.status })
    const at = occurred(deps.clock, occurredAt)
    return replaceVoucher(deps, tx, actor, voucher, { ...voucher, reason, at })
  })
}

/** Ends an issued voucher and issues another for the enrollment and the school that are named. Answers the new one. */
export async function replaceVoucher(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  old: Voucher,
  { enrollmentId, schoolId, reason, at }: Pick<Voucher, 'enrollmentId' | 'schoolId'> & { reason: string; at: string },
): Promise<Voucher> {
  await markRevoked(tx, old.id, { reason, at })
  const { campaignId } = old
  const voucher = await issueVoucher(deps, tx, { campaignId, enrollmentId, schoolId, issuedAt: at, replacesId: old.id })
  await markReplaced(tx, old.id, voucher.id)
  const personal = { campaignId, fields: { reason } }
  await recordEvent(deps, tx, actor, 'voucher.revoked', old.id, { replacedById: voucher.id }, personal)
  await recordEvent(deps, tx, actor, 'voucher.issued', voucher.id, { replacesId: old.id }, personal)
  return voucher
}

/** Ends every issued voucher of a campaign whose pickup is over, and answers how many there were. */
export async function expireVouchers(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  campaignId: Id,
  at = deps.clock.now(),
): Promise<number> {
  const vouchers = await markExpired(tx, campaignId, at)
  await recordEvent(deps, tx, actor, 'vouchers.expired', campaignId, { vouchers })
  return vouchers
}
