export { formatCode, payloadOf, readPayload } from '../shared/voucher-code.ts'
export { findVoucherByCode, markRedeemed, type VoucherLookup } from './lookup-repository.ts'
export { qrPng, qrSvg } from './qr.ts'
export { hasBeenServed, markIssuedAgain, voucherCountsBySchool } from './repository.ts'
export { toVoucher, voucherRoutes } from './routes.ts'
export {
  alreadyRedeemed,
  enrollmentInactive,
  voucherExpired,
  voucherRevoked,
} from './rules.ts'
export { ReasonSchema, VoucherSchema } from './schemas.ts'
export { windowText } from './sheet/texts.ts'
export { expireVouchers } from './use-cases.ts'
