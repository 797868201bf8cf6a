/** What a movement of stock is. */
export type MovementKind =
  | 'receipt'
  | 'damage'
  | 'adjustment'
  | 'count'
  | 'dispatch'
  | 'delivery'
  | 'rejection'
  | 'return'
  | 'handout'
  | 'reversal'

/** What a movement follows from. */
export type MovementCause = 'receipt' | 'adjustment' | 'count' | 'shipment' | 'return' | 'redemption' | 'scan' | 'movement'

/** Why stock is put right by hand. */
export type AdjustmentReason = 'damaged' | 'lost' | 'found' | 'expired' | 'correction'

/** `open → posted | discarded`. */
export type CountStatus = 'open' | 'posted' | 'discarded'

/** `planned → dispatched → delivered | returned`, or `cancelled` while planned. */
export type ShipmentStatus = 'planned' | 'dispatched' | 'delivered' | 'returned' | 'cancelled'
