import type { AllDeps } from '../deps.ts'
import { type App, routesOf } from '../platform/http/index.ts'
import {
  CancelledSchema,
  JobParams,
  JobRunSchema,
  JobsSchema,
  RetriedSchema,
  TaskChoiceSchema,
  TaskQuery,
  TaskSchema,
} from './schemas.ts'
import { cancelJob, readJobs, readRuns, readTasks, requestRun, retryTasks } from './use-cases.ts'

/** What runs by itself, how it went, and running it now. */
export async function runRoutes(app: App, { deps }: { deps: AllDeps }): Promise<void> {
  const { list, get, command } = routesOf(app, deps, 'Jobs')
  get('/jobs', { summary: 'List jobs', response: { 200: JobsSchema } }, async (deps, { actor }) => ({
    items: await readJobs(deps, actor),
  }))
  command(
    '/jobs/:name/run',
    { summary: 'Run a job now', config: { idempotency: 'after' }, params: JobParams, response: { 202: JobRunSchema } },
    (deps, { actor, params }) => requestRun(deps, actor, params.name),
  )
  list(
    '/jobs/:name/runs',
    { summary: 'List the runs of a job', params: JobParams, items: JobRunSchema },
    (deps, { actor, params }, page) => readRuns(deps, actor, params.name, page),
  )
  list(
    '/jobs/:name/tasks',
    { summary: 'List the tasks of a job', params: JobParams, querystring: TaskQuery, items: TaskSchema },
    (deps, { actor, params, query }, page) => readTasks(deps, actor, { name: params.name, status: query.status }, page),
  )
  command(
    '/jobs/:name/retry',
    {
      summary: 'Retry what failed of a job',
      params: JobParams,
      body: TaskChoiceSchema,
      response: { 200: RetriedSchema },
    },
    (deps, { actor, params, body }) => retryTasks(deps, actor, { name: params.name, ids: body.taskIds }),
  )
  command(
    '/jobs/:name/cancel',
    {
      summary: 'Cancel what waits of a job, and stop it',
      params: JobParams,
      body: TaskChoiceSchema,
      response: { 200: CancelledSchema },
    },
    (deps, { actor, params, body }) => cancelJob(deps, actor, { name: params.name, ids: body.taskIds }),
  )
}
