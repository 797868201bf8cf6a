import type { App } from '../app.ts'

/**
 * Has lists and exports read by whoever is there for them, a replica where there is one: everything that had been stored when
 * the request came is in it.
 */
export function readListsApart(app: App): void {
  app.addHook('onRoute', (route) => {
    if (route.method !== 'GET' || !isList(route.schema?.response)) return
    const before = [route.preHandler ?? []].flat()
    route.preHandler = [
      ...before,
      async (request) => {
        const { db } = request.deps
        request.deps = { ...request.deps, db: { ...db, read: await db.forLists() } }
      },
    ]
  })
}

/** Whether the contract says that the answer is also to be had as rows. */
function isList(response: unknown): boolean {
  const { content } = (response as { 200?: { content?: object } } | undefined)?.[200] ?? {}
  return content !== undefined && ('text/csv' in content || 'application/x-ndjson' in content)
}
