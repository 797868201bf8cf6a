import type { Deps } from '../../deps.ts'
import { authorize } from '../../identity/index.ts'
import {
  type App,
  acceptUploads,
  answers,
  commandsOf,
  IdParams,
  ref,
  uploadBody,
  uploadOf,
} from '../../platform/http/index.ts'
import { ImportQuerySchema, ImportReportSchema } from '../../platform/imports/index.ts'
import { importHeadcounts } from '../headcounts/use-cases.ts'
import { HeadcountReportSchema } from '../schemas.ts'
import { importEnrollments } from './use-cases.ts'

const takesFile = { tags: ['Enrollments'], params: IdParams, querystring: ImportQuerySchema, body: uploadBody }

/** The imports of children: by name and number, and as head counts. */
export async function importRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const command = commandsOf(app, deps)
  await acceptUploads(app, deps.config, ({ actor }) => authorize(actor, 'enrollment:write'))
  command(
    '/campaigns/:id/enrollment-imports',
    {
      config: { idempotency: 'after' },
      schema: { ...takesFile, summary: 'Import enrollments', response: answers(200, ref(ImportReportSchema)) },
    },
    (deps, { actor, params, query, body }) =>
      importEnrollments(deps, actor, { ...query, campaignId: params.id, file: uploadOf({ body }) }),
  )
  command(
    '/campaigns/:id/headcount-imports',
    {
      config: { idempotency: 'after' },
      schema: { ...takesFile, summary: 'Import head counts', response: answers(200, ref(HeadcountReportSchema)) },
    },
    (deps, { actor, params, query, body }) =>
      importHeadcounts(deps, actor, { ...query, campaignId: params.id, file: uploadOf({ body }) }),
  )
}
