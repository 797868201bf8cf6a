import type { Finding } from '../../discrepancies/rules.ts'
import type { Id } from '../../shared/ids.ts'
import { countOf } from '../../shared/plurals.ts'
import { type CheckResult, checkEach, contradiction, foundIn } from './finding-rules.ts'

/** What the books say of one shipment: its paper's figures, and what the ledger moved for it. */
export interface ShipmentFacts {
  id: Id
  /** The delivery note's. */
  number: number
  schoolId: Id
  schoolName: string
  status: string
  quantity: number
  accepted: number
  rejected: number
  missing: number
  /** Rejected and back at the warehouse. */
  returned: number
  /** Missing and explained by adjustments. */
  explained: number
  moved: { dispatched: number; delivered: number; returned: number }
}

/** The shipments of one campaign, and how many kits are on the road in all. */
export interface RoadFacts {
  shipments: ShipmentFacts[]
  /** By the ledger, for the kit, whichever campaign it is of. */
  inTransit: number
  /** By the papers of all shipments of the kit. */
  underWay: number
  transitId: Id
  /** Whether the pickup has ended. */
  ended: boolean
}

/** Every check of the shipments. */
export function checkShipments(facts: RoadFacts): CheckResult[] {
  return [papers(facts), road(facts), missing(facts), rejected(facts), undelivered(facts)]
}

const records = ({ id, schoolId }: ShipmentFacts) => [
  { type: 'shipment', id },
  { type: 'school', id: schoolId },
]

/** Dispatched = accepted + rejected + missing, and the ledger moved what the papers say. */
function papers({ shipments }: RoadFacts): CheckResult {
  return checkEach('shipments_add_up', shipments, contradictionOf)
}

function contradictionOf(shipment: ShipmentFacts): Finding | undefined {
  const { id, number, status, quantity, accepted, rejected, missing, returned, moved } = shipment
  const sent = status === 'planned' || status === 'cancelled' ? 0 : quantity
  const pairs = [
    [
      'accepted, rejected and missing kits',
      status === 'delivered' ? quantity : accepted + rejected + missing,
      accepted + rejected + missing,
    ],
    ['kits sent by the ledger', sent, moved.dispatched],
    ['kits accepted by the ledger', accepted, moved.delivered],
    ['kits taken back by the ledger', returned, moved.returned],
  ] as const
  const wrong = pairs.find(([, expected, actual]) => expected !== actual)
  if (!wrong) return undefined
  const [what, expected, actual] = wrong
  const detail = `Shipment ${number}: ${actual} ${what}, where its papers say ${expected}.`
  return contradiction('shipment_mismatch', id, detail, records(shipment), { expected, actual })
}

/** What is on the road is what shipments have not delivered, brought back or explained. */
function road({ inTransit, underWay, transitId, shipments }: RoadFacts): CheckResult {
  const detail = `${countOf(inTransit, 'kit is', 'kits are')} in transit by the ledger, ${underWay} by the papers of the shipments.`
  const location = [{ type: 'location', id: transitId }]
  const figures = { expected: underWay, actual: inTransit }
  const wrong = contradiction('ledger_mismatch', `in_transit:${transitId}`, detail, location, figures)
  return { code: 'transit_is_under_way', compared: shipments.length, findings: inTransit === underWay ? [] : [wrong] }
}

/** Kits that were dispatched, did not arrive, and that nobody has explained. */
function missing({ shipments }: RoadFacts): CheckResult {
  const confirmed = shipments.filter(({ status }) => status === 'delivered')
  return checkEach('missing_in_transit', confirmed, (shipment) => {
    const lost = shipment.missing - shipment.explained
    if (lost <= 0) return undefined
    return {
      code: 'missing_in_transit',
      severity: 'warning',
      matter: shipment.id,
      detail: `Of ${countOf(shipment.quantity, 'kit')} of shipment ${shipment.number} to ${shipment.schoolName}, ${countOf(lost, 'is missing. Find it or write it off', 'are missing. Find them or write them off')}.`,
      expected: shipment.quantity,
      actual: shipment.quantity - lost,
      records: records(shipment),
    }
  })
}

/** Kits that a school turned away and that no warehouse has taken back. */
function rejected({ shipments }: RoadFacts): CheckResult {
  const confirmed = shipments.filter(({ status }) => status === 'delivered')
  return checkEach('rejected_not_returned', confirmed, (shipment) => {
    if (shipment.rejected <= shipment.returned) return undefined
    return {
      code: 'rejected_not_returned',
      severity: 'warning',
      matter: shipment.id,
      detail: `${shipment.schoolName} rejected ${countOf(shipment.rejected, 'kit')} of shipment ${shipment.number}; ${countOf(shipment.returned, 'is', 'are')} back at the warehouse. Take back the rest.`,
      expected: shipment.rejected,
      actual: shipment.returned,
      records: records(shipment),
    }
  })
}

/** After the pickup: shipments that left and that no school has confirmed. */
function undelivered({ shipments, ended }: RoadFacts): CheckResult {
  const dispatched = ended ? shipments.filter(({ status }) => status === 'dispatched') : []
  const findings = foundIn(dispatched, (shipment) => ({
    code: 'in_transit',
    severity: 'warning',
    matter: shipment.id,
    detail: `Shipment ${shipment.number} to ${shipment.schoolName} is still under way. Have the school confirm it, or take it back.`,
    expected: 0,
    actual: shipment.quantity,
    records: records(shipment),
  }))
  return { code: 'in_transit', compared: ended ? shipments.length : 0, findings }
}
