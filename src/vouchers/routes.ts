import { OccurredSchema } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { AccessReasonHeaders, type App, fileAnswer, IdParams, routesOf } from '../platform/http/index.ts'
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

/** A voucher as it is answered: its code as people read it, and what its QR holds. */
export function toVoucher({ config }: Deps, voucher: Voucher) {
  return { ...voucher, code: formatCode(voucher.code), payload: payloadOf(config.baseUrl, voucher.code) }
}

/** Vouchers: issued, read, printed, revoked and reissued. */
export async function voucherRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const { list, get, command } = routesOf(app, deps, 'Vouchers')
  command(
    '/campaigns/:id/vouchers',
    {
      summary: 'Issue vouchers',
      config: { idempotency: 'after' },
      params: IdParams,
      body: OccurredSchema,
      response: { 200: IssuedSchema },
    },
    (deps, { actor, params, body }) => issueVouchers(deps, actor, { campaignId: params.id, ...body }),
  )
  list(
    '/campaigns/:id/vouchers',
    {
      summary: 'List vouchers',
      headers: AccessReasonHeaders,
      params: IdParams,
      querystring: VoucherQuery,
      items: VoucherSchema,
    },
    async (deps, { actor, params, query }, page) => {
      const filter = { campaignId: params.id, schoolId: query.schoolId, status: query.status }
      const { items, nextCursor } = await readVouchers(deps, actor, filter, page)
      return { items: items.map((voucher) => toVoucher(deps, voucher)), nextCursor }
    },
  )
  get(
    '/campaigns/:id/vouchers.pdf',
    {
      summary: 'Print vouchers',
      config: { rate: 'heavy' },
      params: IdParams,
      querystring: PrintQuery,
      response: { 200: fileAnswer('application/pdf', 'The sheets, eight vouchers to an A4.') },
    },
    async (deps, { actor, params, query }, reply) => {
      const sheets = await printVouchers(deps, actor, { campaignId: params.id, ...query })
      reply.header('Content-Disposition', 'inline; filename="vouchers.pdf"')
      return reply.type('application/pdf').send(sheets)
    },
  )

  get(
    '/vouchers/:id',
    { summary: 'Read a voucher', headers: AccessReasonHeaders, params: IdParams, response: { 200: VoucherSchema } },
    async (deps, { actor, params }) => toVoucher(deps, await readVoucher(deps, actor, params.id)),
  )
  get(
    '/vouchers/:id/qr.svg',
    { summary: 'The QR code as SVG', params: IdParams, response: { 200: fileAnswer('image/svg+xml', 'An image.') } },
    async (deps, { actor, params }, reply) => {
      const { payload } = toVoucher(deps, await readVoucher(deps, actor, params.id))
      return reply.type('image/svg+xml; charset=utf-8').send(qrSvg(payload))
    },
  )
  get(
    '/vouchers/:id/qr.png',
    { summary: 'The QR code as PNG', params: IdParams, response: { 200: fileAnswer('image/png', 'An image.') } },
    async (deps, { actor, params }, reply) => {
      const { payload } = toVoucher(deps, await readVoucher(deps, actor, params.id))
      return reply.type('image/png').send(qrPng(payload))
    },
  )
  command(
    '/vouchers/:id/revoke',
    { summary: 'Revoke a voucher', params: IdParams, body: EndingSchema, response: { 200: VoucherSchema } },
    async (deps, { actor, params, body }) =>
      toVoucher(deps, await revokeVoucher(deps, actor, { voucherId: params.id, ...body })),
  )
  command(
    '/vouchers/:id/reissue',
    {
      summary: 'Issue a voucher in place of a lost one',
      params: IdParams,
      body: EndingSchema,
      response: { 201: VoucherSchema },
    },
    async (deps, { actor, params, body }) =>
      toVoucher(deps, await reissueVoucher(deps, actor, { voucherId: params.id, ...body })),
  )
  command(
    '/enrollments/:id/transfer',
    {
      tags: ['Enrollments'],
      summary: 'Move a child to another school',
      params: IdParams,
      body: TransferSchema,
      response: { 201: TransferredSchema },
    },
    async (deps, { actor, params, body }) => {
      const { enrollment, voucher } = await transferEnrollment(deps, actor, { enrollmentId: params.id, ...body })
      return { ...enrollment, voucher: voucher && toVoucher(deps, voucher) }
    },
  )
}
