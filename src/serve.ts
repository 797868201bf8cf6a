import type { AddressInfo } from 'node:net'
import { buildApp, buildWorkerApp } from './app.ts'
import type { AllDeps } from './deps.ts'
import { authority, isPostgres } from './platform/config/config.ts'
import { clearUploads } from './platform/http/index.ts'

/** A service that listens. */
export interface Service {
  /** Where it is reached on this machine: `http://127.0.0.1:3000`. */
  address: string
  /** Stops taking requests, answers those under way, and lets go of the port. */
  close(): Promise<void>
}

/** Listens where the configuration says, and says so in one log line. What it serves is its role's. */
export async function serve(deps: AllDeps): Promise<Service> {
  const isWorker = deps.config.role === 'worker'
  // The database's file belongs to one process; a database server may have several.
  if (!isWorker) await clearUploads(deps.config, !isPostgres(deps.config.databaseUrl))
  const app = isWorker ? await buildWorkerApp(deps) : await buildApp(deps)
  await app.listen({
    host: deps.config.host,
    port: deps.config.port,
    listenTextResolver: (address) => `listening on ${address}`,
  })
  const { port } = app.server.address() as AddressInfo
  return { address: `http://${authority(deps.config.host)}:${port}`, close: () => app.close() }
}
