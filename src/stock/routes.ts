import type { App } from '../platform/http/index.ts'
import { countRoutes } from './counts/routes.ts'
import { ledgerRoutes } from './ledger/routes.ts'
import { shipmentRoutes } from './shipments/routes.ts'

/** Stock: the ledger, counts and shipments. */
export async function stockRoutes(app: App): Promise<void> {
  await app.register(ledgerRoutes)
  await app.register(countRoutes)
  await app.register(shipmentRoutes)
}
