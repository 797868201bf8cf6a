import type { AllDeps } from '../deps.ts'
import { type App, answerList, answers, commandsOf, listAnswers, PageQuerySchema, ref } from '../platform/http/index.ts'
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

const tags = ['Jobs']

/** What runs by itself, how it went, and running it now. */
export async function runRoutes(app: App, { deps }: { deps: AllDeps }): Promise<void> {
  const command = commandsOf(app, deps)
  app.get(
    '/jobs',
    { schema: { tags, summary: 'List jobs', response: answers(200, ref(JobsSchema)) } },
    async ({ actor }) => ({ items: await readJobs(deps, actor) }),
  )
  command(
    '/jobs/:name/run',
    {
      config: { idempotency: 'after' },
      schema: { tags, summary: 'Run a job now', params: JobParams, response: answers(202, ref(JobRunSchema)) },
    },
    async (deps, { actor, params }, reply) => {
      reply.code(202)
      return requestRun(deps, actor, params.name)
    },
  )
  app.get(
    '/jobs/:name/runs',
    {
      schema: {
        tags,
        summary: 'List the runs of a job',
        params: JobParams,
        querystring: PageQuerySchema,
        response: listAnswers(JobRunSchema),
      },
    },
    (request, reply) =>
      answerList(deps, request, reply, JobRunSchema, (deps, page) =>
        readRuns(deps, request.actor, request.params.name, page),
      ),
  )
  app.get(
    '/jobs/:name/tasks',
    {
      schema: {
        tags,
        summary: 'List the tasks of a job',
        params: JobParams,
        querystring: TaskQuery,
        response: listAnswers(TaskSchema),
      },
    },
    (request, reply) => {
      const chosen = { name: request.params.name, status: request.query.status }
      return answerList(deps, request, reply, TaskSchema, (deps, page) => readTasks(deps, request.actor, chosen, page))
    },
  )
  command(
    '/jobs/:name/retry',
    {
      schema: {
        tags,
        summary: 'Retry what failed of a job',
        params: JobParams,
        body: TaskChoiceSchema,
        response: answers(200, RetriedSchema),
      },
    },
    (deps, { actor, params, body }) => retryTasks(deps, actor, { name: params.name, ids: body.taskIds }),
  )
  command(
    '/jobs/:name/cancel',
    {
      schema: {
        tags,
        summary: 'Cancel what waits of a job, and stop it',
        params: JobParams,
        body: TaskChoiceSchema,
        response: answers(200, CancelledSchema),
      },
    },
    (deps, { actor, params, body }) => cancelJob(deps, actor, { name: params.name, ids: body.taskIds }),
  )
}
