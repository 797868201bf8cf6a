import { recordEvents, showOne, showPage } from '../../audit/index.ts'
import { checkInScope, checkOpen, getCampaign } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import { type Actor, authorize, scopeOf } from '../../identity/index.ts'
import { getSchool } from '../../places/index.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Page, PageQuery } from '../../shared/page.ts'
import { refuse } from '../../shared/problem.ts'
import { getWarehouse } from '../ledger/places.ts'
import { deleteReservations, hasConfirmedAllocation, listReservations } from '../reservations/repository.ts'
import { drawReservations, setAside } from '../reservations/use-cases.ts'
import { checkKit } from '../rules.ts'
import {
  getShipment,
  insertShipments,
  listShipments,
  type NoteRange,
  type PlannedShipment,
  pagesOfShipments,
  type Shipment,
  type ShipmentFilter,
} from './repository.ts'
import { notAllocated } from './rules.ts'

/** Kits to ship; the campaign's own if `kitId` is absent. */
export interface NewShipment {
  campaignId: Id
  warehouseId: Id
  schoolId: Id
  kitId?: Id | undefined
  quantity: number
  note?: string | undefined
}

/**
 * Plans a shipment, which reserves what it carries: out of what the school was promised first, wherever that was, the
 * rest out of what is available at the warehouse. Raises `insufficient_stock`, `kit_not_in_campaign`,
 * `school_not_in_campaign` and `campaign_not_open`.
 */
export function planShipment(deps: Deps, actor: Actor | undefined, command: NewShipment): Promise<Shipment> {
  return deps.db.transact(async (tx) => {
    const { campaignId, warehouseId, schoolId, quantity, note } = command
    authorize(actor, 'shipment:write', { warehouseId })
    const campaign = await getCampaign(tx, campaignId)
    refuse(checkOpen(campaign) ?? checkKit(campaign, command.kitId ?? campaign.kitId))
    refuse(checkInScope(campaign, await getSchool(tx, schoolId)))
    await getWarehouse(tx, warehouseId)
    const { kitId } = campaign
    const at = deps.clock.now()
    const reservedQuantity = await drawReservations(deps, tx, command, { quantity, at })
    await setAside(deps, tx, { warehouseId, kitId, quantity, at })
    const facts = { campaignId, warehouseId, schoolId, kitId, quantity, reservedQuantity, note }
    const id = deps.newId()
    await addShipments(deps, tx, actor, [{ ...facts, id, plannedAt: at }])
    return getShipment(tx, id)
  })
}

/**
 * Plans a shipment for everything that a campaign has promised and no shipment carries yet: one for each school and
 * warehouse, or from one warehouse alone. Answers what it planned, some hundreds at a time; again changes nothing. Raises
 * `not_allocated` and `campaign_not_open`.
 */
export async function planShipments(
  deps: Deps,
  actor: Actor | undefined,
  campaignId: Id,
  { warehouseId }: { warehouseId?: Id | undefined },
): Promise<AsyncIterable<readonly Shipment[]>> {
  const notes = await deps.db.transact(async (tx) => {
    authorize(actor, 'shipment:write', { warehouseId: warehouseId ?? null })
    refuse(checkOpen(await getCampaign(tx, campaignId)))
    if (warehouseId) await getWarehouse(tx, warehouseId)
    if (!(await hasConfirmedAllocation(tx, campaignId))) throw notAllocated()
    const promised = await listReservations(tx, campaignId, { warehouseId })
    if (promised.length === 0) return { first: 1, last: 0 }
    // What was reserved for the schools is now reserved for the shipments: the balances stay as they are.
    await deleteReservations(tx, campaignId, warehouseId)
    const plannedAt = deps.clock.now()
    const planned = promised.map((reservation) => {
      const { quantity: reservedQuantity } = reservation
      return { ...reservation, id: deps.newId(), reservedQuantity, plannedAt }
    })
    return addShipments(deps, tx, actor, planned)
  })
  return pagesOfShipments(deps.db.read, notes)
}

async function addShipments(deps: Deps, tx: Tx, actor: Actor, planned: PlannedShipment[]): Promise<NoteRange> {
  const notes = await insertShipments(tx, planned)
  const happenings = planned.map(({ id: subjectId, campaignId, warehouseId, schoolId, quantity }) => ({
    action: 'shipment.planned',
    subjectId,
    change: { campaignId, warehouseId, schoolId, quantity },
  }))
  await recordEvents(deps, tx, actor, happenings)
  return notes
}

const typedNote = {
  by: 'shipment:read',
  hide: (shipment: Shipment): Shipment => ({ ...shipment, note: null }),
} as const

/** One shipment; staff of a school or a warehouse see its own alone. */
export async function readShipment(deps: Deps, actor: Actor | undefined, id: Id): Promise<Shipment> {
  const shipment = await getShipment(deps.db.read, id)
  authorize(actor, 'shipment:read', shipment)
  return showOne(deps, actor, shipment, typedNote, {
    event: 'shipments.read',
    subjectId: id,
    campaignId: shipment.campaignId,
  })
}

/** Shipments by the number of their delivery notes; staff of a school or a warehouse see its own alone. */
export async function readShipments(
  deps: Deps,
  actor: Actor | undefined,
  filter: Omit<ShipmentFilter, 'only'>,
  page: PageQuery,
): Promise<Page<Shipment>> {
  authorize(actor, 'shipment:read')
  const found = await listShipments(deps.db.read, { ...filter, only: scopeOf(actor, 'shipment:read') }, page)
  const campaignId = filter.campaignId ?? null
  const entry = { event: 'shipments.read', subjectId: campaignId ?? 'shipments', campaignId, facts: { ...filter } }
  return showPage(deps, actor, found, page, typedNote, entry)
}
