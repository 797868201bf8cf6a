import { authorize } from '../../identity/index.ts'
import { type App, acceptUploads, answers, IdParams, ref, uploadBody, uploadOf } from '../../platform/http/index.ts'
import { ImportQuerySchema, ImportReportSchema } from '../../platform/imports/index.ts'
import { importHeadcounts } from '../headcounts/use-cases.ts'
import { HeadcountReportSchema } from '../schemas.ts'
import { importEnrollments } from './use-cases.ts'

const takesFile = { tags: ['Enrollments'], params: IdParams, querystring: ImportQuerySchema, body: uploadBody }

/** The imports of children: by name and number, and as head counts. */
export async function importRoutes(app: App): Promise<void> {
  await acceptUploads(app, ({ actor }) => authorize(actor, 'enrollment:write'))
  app.post(
    '/campaigns/:id/enrollment-imports',
    {
      config: { idempotency: 'after' },
      schema: { ...takesFile, summary: 'Import enrollments', response: answers(200, ref(ImportReportSchema)) },
    },
    (request) => {
      const { deps, actor, params, query } = request
      return importEnrollments(deps, actor, { ...query, campaignId: params.id, file: uploadOf(request) })
    },
  )
  app.post(
    '/campaigns/:id/headcount-imports',
    {
      config: { idempotency: 'after' },
      schema: { ...takesFile, summary: 'Import head counts', response: answers(200, ref(HeadcountReportSchema)) },
    },
    (request) => {
      const { deps, actor, params, query } = request
      return importHeadcounts(deps, actor, { ...query, campaignId: params.id, file: uploadOf(request) })
    },
  )
}
