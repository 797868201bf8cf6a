/** `issued → redeemed`, `issued → revoked | expired`. */
export type VoucherStatus = 'issued' | 'redeemed' | 'revoked' | 'expired'
