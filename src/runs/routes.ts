import { type App, answerList, answers, listAnswers, PageQuerySchema, ref } from '../platform/http/index.ts'
import { JobParams, JobRunSchema, JobsSchema } from './schemas.ts'
import { readJobs, readRuns, requestRun } from './use-cases.ts'

const tags = ['Jobs']

/** What runs by itself, how it went, and running it now. */
export async function runRoutes(app: App): Promise<void> {
  app.get(
    '/jobs',
    { schema: { tags, summary: 'List jobs', response: answers(200, ref(JobsSchema)) } },
    async ({ deps, actor }) => ({ items: await readJobs(deps, actor) }),
  )
  app.post(
    '/jobs/:name/run',
    {
      config: { idempotency: 'after' },
      schema: { tags, summary: 'Run a job now', params: JobParams, response: answers(202, ref(JobRunSchema)) },
    },
    async ({ deps, actor, params }, reply) => {
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
      answerList(request, reply, JobRunSchema, (page) =>
        readRuns(request.deps, request.actor, request.params.name, page),
      ),
  )
}
