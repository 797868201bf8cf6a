import { OccurredSchema } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import {
  AccessReasonHeaders,
  type App,
  answerList,
  answers,
  commandsOf,
  fileAnswers,
  IdParams,
  listAnswers,
  ref,
} from '../platform/http/index.ts'
import { formatCode, payloadOf } from '../shared/voucher-code.ts'
import { issueVouchers } from './issue.ts'
import { qrPng, qrSvg } from './qr.ts'
import type { Voucher } from './rules.ts'
import {
  EndingSchema,
  IssuedSchema,
  PrintQuery,
  TransferredSchema,
  TransferSchema,
  VoucherQuery,
  VoucherSchema,
} from './schemas.ts'
import { transferEnrollment } from './transfer.ts'
import { printVouchers, readVoucher, readVouchers, reissueVoucher, revokeVoucher } from './use-cases.ts'

const tags = ['Vouchers']

/** A voucher as it is answered: its code as people read it, and what its QR holds. */
export function toVoucher({ config }: Deps, voucher: Voucher) {
  return { ...voucher, code: formatCode(voucher.code), payload: payloadOf(config.baseUrl, voucher.code) }
}

/** Vouchers: issued, read, printed, revoked and reissued. */
export async function voucherRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const command = commandsOf(app, deps)
  command(
    '/campaigns/:id/vouchers',
    {
      config: { idempotency: 'after' },
      schema: {
        tags,
        summary: 'Issue vouchers',
        params: IdParams,
        body: OccurredSchema,
        response: answers(200, ref(IssuedSchema)),
      },
    },
    (deps, { actor, params, body }) => issueVouchers(deps, actor, { campaignId: params.id, ...body }),
  )
  app.get(
    '/campaigns/:id/vouchers',
    {
      schema: {
        tags,
        summary: 'List vouchers',
        headers: AccessReasonHeaders,
        params: IdParams,
        querystring: VoucherQuery,
        response: listAnswers(VoucherSchema),
      },
    },
    (request, reply) => {
      const { actor, params, query } = request
      const filter = { campaignId: params.id, schoolId: query.schoolId, status: query.status }
      return answerList(deps, request, reply, VoucherSchema, async (deps, page) => {
        const { items, nextCursor } = await readVouchers(deps, actor, filter, page)
        return { items: items.map((voucher) => toVoucher(deps, voucher)), nextCursor }
      })
    },
  )
  app.get(
    '/campaigns/:id/vouchers.pdf',
    {
      config: { rate: 'heavy' },
      schema: {
        tags,
        summary: 'Print vouchers',
        params: IdParams,
        querystring: PrintQuery,
        response: fileAnswers('application/pdf', 'The sheets, eight vouchers to an A4.'),
      },
    },
    async ({ actor, params, query }, reply) => {
      const sheets = await printVouchers(deps, actor, { campaignId: params.id, ...query })
      reply.header('Content-Disposition', 'inline; filename="vouchers.pdf"')
      return reply.type('application/pdf').send(sheets)
    },
  )

  app.get(
    '/vouchers/:id',
    {
      schema: {
        tags,
        summary: 'Read a voucher',
        headers: AccessReasonHeaders,
        params: IdParams,
        response: answers(200, ref(VoucherSchema)),
      },
    },
    async ({ actor, params }) => toVoucher(deps, await readVoucher(deps, actor, params.id)),
  )
  app.get(
    '/vouchers/:id/qr.svg',
    {
      schema: {
        tags,
        summary: 'The QR code as SVG',
        params: IdParams,
        response: fileAnswers('image/svg+xml', 'An image.'),
      },
    },
    async ({ actor, params }, reply) => {
      const { payload } = toVoucher(deps, await readVoucher(deps, actor, params.id))
      return reply.type('image/svg+xml; charset=utf-8').send(qrSvg(payload))
    },
  )
  app.get(
    '/vouchers/:id/qr.png',
    {
      schema: {
        tags,
        summary: 'The QR code as PNG',
        params: IdParams,
        response: fileAnswers('image/png', 'An image.'),
      },
    },
    async ({ actor, params }, reply) => {
      const { payload } = toVoucher(deps, await readVoucher(deps, actor, params.id))
      return reply.type('image/png').send(await qrPng(payload))
    },
  )
  command(
    '/vouchers/:id/revoke',
    {
      schema: {
        tags,
        summary: 'Revoke a voucher',
        params: IdParams,
        body: EndingSchema,
        response: answers(200, ref(VoucherSchema)),
      },
    },
    async (deps, { actor, params, body }) =>
      toVoucher(deps, await revokeVoucher(deps, actor, { voucherId: params.id, ...body })),
  )
  command(
    '/vouchers/:id/reissue',
    {
      schema: {
        tags,
        summary: 'Issue a voucher in place of a lost one',
        params: IdParams,
        body: EndingSchema,
        response: answers(201, ref(VoucherSchema)),
      },
    },
    async (deps, { actor, params, body }, reply) => {
      reply.code(201)
      return toVoucher(deps, await reissueVoucher(deps, actor, { voucherId: params.id, ...body }))
    },
  )
  command(
    '/enrollments/:id/transfer',
    {
      schema: {
        tags: ['Enrollments'],
        summary: 'Move a child to another school',
        params: IdParams,
        body: TransferSchema,
        response: answers(201, ref(TransferredSchema)),
      },
    },
    async (deps, { actor, params, body }, reply) => {
      const { enrollment, voucher } = await transferEnrollment(deps, actor, { enrollmentId: params.id, ...body })
      reply.code(201)
      return { ...enrollment, voucher: voucher && toVoucher(deps, voucher) }
    },
  )
}
