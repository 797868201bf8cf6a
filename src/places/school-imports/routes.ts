import { Type } from 'typebox'
import type { Deps } from '../../deps.ts'
import { authorize } from '../../identity/index.ts'
import { type App, acceptUploads, answers, commandsOf, ref, uploadBody, uploadOf } from '../../platform/http/index.ts'
import { ImportQuerySchema, ImportReportSchema } from '../../platform/imports/index.ts'
import { importSchools } from './use-cases.ts'

const SchoolImportQuerySchema = Type.Object({
  ...ImportQuerySchema.properties,
  createCommunities: Type.Optional(Type.Boolean({ examples: [true] })),
})

/** The import of schools. */
export async function schoolImportRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const command = commandsOf(app, deps)
  await acceptUploads(app, deps.config, ({ actor }) => authorize(actor, 'place:write'))
  command(
    '/school-imports',
    {
      config: { idempotency: 'after' },
      schema: {
        tags: ['Places'],
        summary: 'Import schools',
        querystring: SchoolImportQuerySchema,
        body: uploadBody,
        response: answers(200, ref(ImportReportSchema)),
      },
    },
    (deps, request) => importSchools(deps, request.actor, { ...request.query, file: uploadOf(request) }),
  )
}
