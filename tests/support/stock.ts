import type { OpenCampaign } from './campaign.ts'

/** What a test asks of the stock of a campaign, and does to it. */
export interface StockHands {
  /** Stock of the campaign's kit at a location, now or at an instant; zeros where there never was any. */
  at(locationId: string, instant?: string): Promise<{ onHand: number; reserved: number; available: number }>
  /** Plans a shipment from the warehouse. */
  plan(schoolId: string, quantity: number): Promise<any>
  /** Plans a shipment and dispatches it. */
  dispatch(schoolId: string, quantity: number): Promise<any>
  /** Ships kits to a school, which accepts them all. */
  ship(schoolId: string, quantity: number): Promise<any>
  /** Has a school send kits back to the warehouse. */
  sendBack(schoolId: string, quantity: number): Promise<any>
  /** Records a count of the campaign's kit. */
  count(locationId: string, counted: number, countedAt?: string): Promise<any>
  /** The last movement of a kind. */
  lastMovement(kind: string): Promise<any>
  /** Divides the stock among the schools and confirms it. */
  allocate(): Promise<any>
}

/** The hands of warehouse staff in an open campaign. */
export function stockHands({ api, campaign, warehouse, kit, clock }: OpenCampaign): StockHands {
  const shipment = { campaignId: campaign.id, warehouseId: warehouse.id, kitId: kit.id }
  const hands: StockHands = {
    at: async (locationId, instant) => {
      const when = instant ? `&at=${instant}` : ''
      const { json } = await api.get(`/balances?locationId=${locationId}&kitId=${kit.id}${when}`)
      const { onHand, reserved, available } = json.items[0] ?? { onHand: 0, reserved: 0, available: 0 }
      return { onHand, reserved, available }
    },
    plan: (schoolId, quantity) => api.made('/shipments', { ...shipment, schoolId, quantity }),
    dispatch: async (schoolId, quantity) => {
      const { id } = await hands.plan(schoolId, quantity)
      return api.made(`/shipments/${id}/dispatch`)
    },
    ship: async (schoolId, quantity) => {
      const { id } = await hands.dispatch(schoolId, quantity)
      return api.made(`/shipments/${id}/deliver`, { acceptedQuantity: quantity })
    },
    sendBack: (schoolId, quantity) => api.made('/returns', { ...shipment, schoolId, quantity, reason: 'left over' }),
    count: (locationId, counted, countedAt = clock.now()) =>
      api.made('/counts', { locationId, countedAt, lines: [{ kitId: kit.id, counted }] }),
    lastMovement: async (kind) => (await api.get(`/movements?kind=${kind}&limit=1`)).json.items[0],
    allocate: async () => {
      const { id } = await api.made(`/campaigns/${campaign.id}/allocations`, { policy: {} })
      return api.made(`/allocations/${id}/confirm`)
    },
  }
  return hands
}
