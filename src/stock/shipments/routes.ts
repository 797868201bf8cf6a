import { OccurredSchema } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import {
  AccessReasonHeaders,
  type App,
  answerList,
  answerLong,
  answers,
  commandsOf,
  IdParams,
  listAnswers,
  ref,
  withVersion,
} from '../../platform/http/index.ts'
import { deliverShipment } from './deliveries.ts'
import { cancelShipment, dispatchShipment } from './dispatch.ts'
import { printDeliveryNote } from './note.ts'
import { returnShipment } from './returns.ts'
import {
  ComingBackSchema,
  DeliverySchema,
  deliveryNoteAnswers,
  NewPlanSchema,
  NewShipmentSchema,
  ShipmentPlanSchema,
  ShipmentQuery,
  ShipmentSchema,
} from './schemas.ts'
import { planShipment, planShipments, readShipment, readShipments } from './use-cases.ts'

const tags = ['Stock']
const shipment = ref(ShipmentSchema)
const shipmentPlan = ref(ShipmentPlanSchema)

/** Shipments, from plan to confirmed delivery. */
export async function shipmentRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const command = commandsOf(app, deps)
  command(
    '/campaigns/:id/shipment-plans',
    {
      schema: {
        tags,
        summary: 'Plan shipments from the confirmed allocation',
        params: IdParams,
        body: NewPlanSchema,
        response: answers(201, shipmentPlan),
      },
    },
    async (deps, { actor, params, body }, reply) => {
      reply.code(201)
      const pages = await planShipments(deps, actor, params.id, body ?? {})
      return answerLong(reply, shipmentPlan, {}, { items: { Item: shipment, pages } })
    },
  )
  app.get(
    '/shipments',
    {
      schema: {
        tags,
        summary: 'List shipments',
        headers: AccessReasonHeaders,
        querystring: ShipmentQuery,
        response: listAnswers(ShipmentSchema),
      },
    },
    (request, reply) => {
      const { campaignId, schoolId, warehouseId, status } = request.query
      const filter = { campaignId, schoolId, warehouseId, status }
      return answerList(deps, request, reply, ShipmentSchema, (deps, page) =>
        readShipments(deps, request.actor, filter, page),
      )
    },
  )
  command(
    '/shipments',
    { schema: { tags, summary: 'Plan a shipment', body: NewShipmentSchema, response: answers(201, shipment) } },
    async (deps, { actor, body }, reply) => {
      reply.code(201)
      return withVersion(reply, await planShipment(deps, actor, body))
    },
  )
  app.get(
    '/shipments/:id',
    {
      schema: {
        tags,
        summary: 'Read a shipment',
        headers: AccessReasonHeaders,
        params: IdParams,
        response: answers(200, shipment),
      },
    },
    async ({ actor, params }, reply) => withVersion(reply, await readShipment(deps, actor, params.id)),
  )
  app.get(
    '/shipments/:id/delivery-note.pdf',
    {
      schema: {
        tags,
        summary: 'Print a delivery note',
        headers: AccessReasonHeaders,
        params: IdParams,
        response: deliveryNoteAnswers,
      },
    },
    async ({ actor, params }, reply) => {
      const { number, pdf } = await printDeliveryNote(deps, actor, params.id)
      reply.header('Content-Disposition', `inline; filename="delivery-note-${number}.pdf"`)
      return reply.type('application/pdf').send(pdf)
    },
  )
  command(
    '/shipments/:id/dispatch',
    {
      schema: {
        tags,
        summary: 'Dispatch a shipment',
        params: IdParams,
        body: OccurredSchema,
        response: answers(200, shipment),
      },
    },
    async (deps, { actor, params, body }, reply) =>
      withVersion(reply, await dispatchShipment(deps, actor, params.id, body ?? {})),
  )
  command(
    '/shipments/:id/deliver',
    {
      schema: {
        tags,
        summary: 'Confirm a delivery',
        params: IdParams,
        body: DeliverySchema,
        response: answers(200, shipment),
      },
    },
    async (deps, { actor, params, body }, reply) =>
      withVersion(reply, await deliverShipment(deps, actor, params.id, body)),
  )
  command(
    '/shipments/:id/cancel',
    { schema: { tags, summary: 'Cancel a planned shipment', params: IdParams, response: answers(200, shipment) } },
    async (deps, { actor, params }, reply) => withVersion(reply, await cancelShipment(deps, actor, params.id)),
  )
  command(
    '/shipments/:id/return',
    {
      schema: {
        tags,
        summary: 'Take rejected or undelivered kits back',
        params: IdParams,
        body: ComingBackSchema,
        response: answers(200, shipment),
      },
    },
    async (deps, { actor, params, body }, reply) =>
      withVersion(reply, await returnShipment(deps, actor, params.id, body)),
  )
}
