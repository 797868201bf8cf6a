import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance, RouteOptions } from 'fastify'

/** A route as it is registered: `/api/v1/schools/:id`. */
export interface Route {
  method: string
  url: string
  /** How its idempotency key is kept, where it says so. */
  idempotency?: string | undefined
}

/** What a route is called in the outcome of a test: `GET /api/v1/schools/:id`. */
export const nameOf = ({ method, url }: Route) => `${method} ${url}`

/** The routes below `/api/` of the contract `document`, each with what the contract says of it. */
export function routesOf(document: any): (Route & { operation: any })[] {
  return Object.entries<any>(document.paths)
    .filter(([path]) => path.startsWith('/api/'))
    .flatMap(([path, methods]) =>
      Object.entries<any>(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        url: path.replace(/\{(\w+)\}/g, ':$1'),
        operation,
      })),
    )
}

/** Every route of the applications that are built while `build` runs, but for the HEAD of each GET. */
export async function collectRoutes(build: () => Promise<unknown>): Promise<Route[]> {
  const routes: Route[] = []
  const note = ({ method, url, config }: RouteOptions) => {
    const { idempotency } = config ?? {}
    for (const one of [method].flat()) if (one !== 'HEAD') routes.push({ method: one, url, idempotency })
  }
  const watch = (message: unknown) => {
    ;(message as { fastify: FastifyInstance }).fastify.addHook('onRoute', note)
  }
  subscribe('fastify.initialization', watch)
  try {
    await build()
  } finally {
    unsubscribe('fastify.initialization', watch)
  }
  return routes
}
