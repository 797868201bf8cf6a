import type { AddressInfo } from 'node:net'
import { buildApp } from './app.ts'
import type { Deps } from './deps.ts'

/** A service that listens. */
export interface Service {
  /** Where it is reached on this machine: `http://127.0.0.1:3000`. */
  address: string
  /** Stops taking requests, answers those under way, and lets go of the port. */
  close(): Promise<void>
}

/** Listens where the configuration says, and says so in one log line. */
export async function serve(deps: Deps): Promise<Service> {
  const app = await buildApp(deps)
  await app.listen({
    host: deps.config.host,
    port: deps.config.port,
    listenTextResolver: (address) => `listening on ${address}`,
  })
  const { port } = app.server.address() as AddressInfo
  const host = deps.config.host === '0.0.0.0' || deps.config.host === '::' ? 'localhost' : deps.config.host
  return { address: `http://${host}:${port}`, close: () => app.close() }
}
