import { Type } from 'typebox'
import { authorize } from '../../identity/index.ts'
import { type App, acceptUploads, answers, ref, uploadBody, uploadOf } from '../../platform/http/index.ts'
import { ImportQuerySchema, ImportReportSchema } from '../../platform/imports/index.ts'
import { importSchools } from './use-cases.ts'

const SchoolImportQuerySchema = Type.Object({
  ...ImportQuerySchema.properties,
  createCommunities: Type.Optional(Type.Boolean({ examples: [true] })),
})

/** The import of schools. */
export async function schoolImportRoutes(app: App): Promise<void> {
  await acceptUploads(app, ({ actor }) => authorize(actor, 'place:write'))
  app.post(
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
    (request) => importSchools(request.deps, request.actor, { ...request.query, file: uploadOf(request) }),
  )
}
