import { OccurredSchema } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import {
  AccessReasonHeaders,
  type App,
  answerLong,
  fileAnswer,
  IdParams,
  ref,
  routesOf,
} from '../../platform/http/index.ts'
import { deliverShipment } from './deliveries.ts'
import { cancelShipment, dispatchShipment } from './dispatch.ts'
import { printDeliveryNote } from './note.ts'
import { returnShipment } from './returns.ts'
import {
  ComingBackSchema,
  DeliverySchema,
  NewPlanSchema,
  NewShipmentSchema,
  ShipmentPlanSchema,
  ShipmentQuery,
  ShipmentSchema,
} from './schemas.ts'
import { planShipment, planShipments, readShipment, readShipments } from './use-cases.ts'

const shipment = ref(ShipmentSchema)
const shipmentPlan = ref(ShipmentPlanSchema)

/** Shipments, from plan to confirmed delivery. */
export async function shipmentRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const { list, get, command } = routesOf(app, deps, 'Stock')
  command(
    '/campaigns/:id/shipment-plans',
    {
      summary: 'Plan shipments from the confirmed allocation',
      params: IdParams,
      body: NewPlanSchema,
      response: { 201: ShipmentPlanSchema },
    },
    async (deps, { actor, params, body }, reply) => {
      const pages = await planShipments(deps, actor, params.id, body ?? {})
      return answerLong(reply, shipmentPlan, {}, { items: { Item: shipment, pages } })
    },
  )
  list(
    '/shipments',
    { summary: 'List shipments', headers: AccessReasonHeaders, querystring: ShipmentQuery, items: ShipmentSchema },
    (deps, { actor, query }, page) => {
      const { campaignId, schoolId, warehouseId, status } = query
      return readShipments(deps, actor, { campaignId, schoolId, warehouseId, status }, page)
    },
  )
  command(
    '/shipments',
    { summary: 'Plan a shipment', body: NewShipmentSchema, response: { 201: ShipmentSchema } },
    (deps, { actor, body }) => planShipment(deps, actor, body),
  )
  get(
    '/shipments/:id',
    { summary: 'Read a shipment', headers: AccessReasonHeaders, params: IdParams, response: { 200: ShipmentSchema } },
    (deps, { actor, params }) => readShipment(deps, actor, params.id),
  )
  get(
    '/shipments/:id/delivery-note.pdf',
    {
      summary: 'Print a delivery note',
      headers: AccessReasonHeaders,
      params: IdParams,
      response: { 200: fileAnswer('application/pdf', 'The delivery note, an A4 to sign.') },
    },
    async (deps, { actor, params }, reply) => {
      const { number, pdf } = await printDeliveryNote(deps, actor, params.id)
      reply.header('Content-Disposition', `inline; filename="delivery-note-${number}.pdf"`)
      return reply.type('application/pdf').send(pdf)
    },
  )
  command(
    '/shipments/:id/dispatch',
    { summary: 'Dispatch a shipment', params: IdParams, body: OccurredSchema, response: { 200: ShipmentSchema } },
    (deps, { actor, params, body }) => dispatchShipment(deps, actor, params.id, body ?? {}),
  )
  command(
    '/shipments/:id/deliver',
    { summary: 'Confirm a delivery', params: IdParams, body: DeliverySchema, response: { 200: ShipmentSchema } },
    (deps, { actor, params, body }) => deliverShipment(deps, actor, params.id, body),
  )
  command(
    '/shipments/:id/cancel',
    { summary: 'Cancel a planned shipment', params: IdParams, response: { 200: ShipmentSchema } },
    (deps, { actor, params }) => cancelShipment(deps, actor, params.id),
  )
  command(
    '/shipments/:id/return',
    {
      summary: 'Take rejected or undelivered kits back',
      params: IdParams,
      body: ComingBackSchema,
      response: { 200: ShipmentSchema },
    },
    (deps, { actor, params, body }) => returnShipment(deps, actor, params.id, body),
  )
}
