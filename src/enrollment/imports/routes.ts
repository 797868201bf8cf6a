import type { Deps } from '../../deps.ts'
import { authorize } from '../../identity/index.ts'
import { type App, acceptUploads, IdParams, routesOf, uploadBody, uploadOf } from '../../platform/http/index.ts'
import { ImportQuerySchema, ImportReportSchema } from '../../platform/imports/index.ts'
import { importHeadcounts } from '../headcounts/use-cases.ts'
import { HeadcountReportSchema } from '../schemas.ts'
import { importEnrollments } from './use-cases.ts'

const takesFile = { params: IdParams, querystring: ImportQuerySchema, body: uploadBody }

/** The imports of children: by name and number, and as head counts. */
export async function importRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const { command } = routesOf(app, deps, 'Enrollments')
  await acceptUploads(app, deps.config, ({ actor }) => authorize(actor, 'enrollment:write'))
  command(
    '/campaigns/:id/enrollment-imports',
    {
      ...takesFile,
      summary: 'Import enrollments',
      config: { idempotency: 'after' },
      response: { 200: ImportReportSchema },
    },
    (deps, { actor, params, query, body }) =>
      importEnrollments(deps, actor, { ...query, campaignId: params.id, file: uploadOf({ body }) }),
  )
  command(
    '/campaigns/:id/headcount-imports',
    {
      ...takesFile,
      summary: 'Import head counts',
      config: { idempotency: 'after' },
      response: { 200: HeadcountReportSchema },
    },
    (deps, { actor, params, query, body }) =>
      importHeadcounts(deps, actor, { ...query, campaignId: params.id, file: uploadOf({ body }) }),
  )
}
