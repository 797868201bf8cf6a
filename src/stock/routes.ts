import type { Deps } from '../deps.ts'
import type { App } from '../platform/http/index.ts'
import { countRoutes } from './counts/routes.ts'
import { ledgerRoutes } from './ledger/routes.ts'
import { shipmentRoutes } from './shipments/routes.ts'

/** Stock: the ledger, counts and shipments. */
export async function stockRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  await app.register(ledgerRoutes, { deps })
  await app.register(countRoutes, { deps })
  await app.register(shipmentRoutes, { deps })
}
