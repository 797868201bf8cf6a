import type { App } from '../platform/http/index.ts'
import { countRoutes } from './routes-counts.ts'
import { ledgerRoutes } from './routes-ledger.ts'
import { shipmentRoutes } from './routes-shipments.ts'

/** Stock: the ledger, counts and shipments. */
export async function stockRoutes(app: App): Promise<void> {
  await app.register(ledgerRoutes)
  await app.register(countRoutes)
  await app.register(shipmentRoutes)
}
