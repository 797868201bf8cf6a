import { Type } from 'typebox'
import type { Deps } from '../../deps.ts'
import { authorize } from '../../identity/index.ts'
import { type App, acceptUploads, routesOf, uploadBody, uploadOf } from '../../platform/http/index.ts'
import { ImportQuerySchema, ImportReportSchema } from '../../platform/imports/index.ts'
import { importSchools } from './use-cases.ts'

const SchoolImportQuerySchema = Type.Object({
  ...ImportQuerySchema.properties,
  createCommunities: Type.Optional(Type.Boolean({ examples: [true] })),
})

/** The import of schools. */
export async function schoolImportRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const { command } = routesOf(app, deps, 'Places')
  await acceptUploads(app, deps.config, ({ actor }) => authorize(actor, 'place:write'))
  command(
    '/school-imports',
    {
      summary: 'Import schools',
      config: { idempotency: 'after' },
      querystring: SchoolImportQuerySchema,
      body: uploadBody,
      response: { 200: ImportReportSchema },
    },
    (deps, request) => importSchools(deps, request.actor, { ...request.query, file: uploadOf(request) }),
  )
}
