import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance, RouteOptions } from 'fastify'

/** Every route of the applications that are built while `build` runs, but for the HEAD of each GET. */
export async function collectRoutes(build: () => Promise<unknown>): Promise<{ method: string; url: string }[]> {
  const routes: { method: string; url: string }[] = []
  const note = ({ method, url }: RouteOptions) => {
    for (const one of [method].flat()) if (one !== 'HEAD') routes.push({ method: one, url })
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
