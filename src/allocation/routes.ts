import type { FastifyReply } from 'fastify'
import type { Deps } from '../deps.ts'
import {
  type App,
  answerList,
  answerLong,
  answers,
  commandsOf,
  IdParams,
  listAnswers,
  PageQuerySchema,
  ref,
} from '../platform/http/index.ts'
import { reasonSentence } from './reason.ts'
import type { LineRow } from './repository.ts'
import { AllocationLineSchema, AllocationRunSchema, AllocationSchema, NewAllocationSchema } from './schemas.ts'
import {
  type Allocation,
  confirmAllocation,
  proposeAllocation,
  readAllocation,
  readAllocations,
  readLines,
} from './use-cases.ts'

const tags = ['Allocation']
const allocation = ref(AllocationSchema)
const allocationLine = ref(AllocationLineSchema)

/** Runs that divide stock among schools. Reasons are in Greek for those who ask for it (`Accept-Language`), else in English. */
export async function allocationRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const command = commandsOf(app, deps)
  command(
    '/campaigns/:id/allocations',
    {
      schema: {
        tags,
        summary: 'Divide the stock among the schools',
        params: IdParams,
        body: NewAllocationSchema,
        response: answers(201, allocation),
      },
    },
    async (deps, { actor, params, body, headers }, reply) => {
      const command = { campaignId: params.id, policy: body?.policy ?? {}, stockQuantity: body?.stockQuantity }
      reply.code(201)
      return answerAllocation(reply, await proposeAllocation(deps, actor, command), languageOf(headers))
    },
  )
  app.get(
    '/campaigns/:id/allocations',
    {
      schema: {
        tags,
        summary: 'List allocations',
        params: IdParams,
        querystring: PageQuerySchema,
        response: listAnswers(AllocationRunSchema),
      },
    },
    (request, reply) =>
      answerList(deps, request, reply, AllocationRunSchema, (deps, page) =>
        readAllocations(deps, request.actor, request.params.id, page),
      ),
  )
  app.get(
    '/allocations/:id',
    { schema: { tags, summary: 'Read an allocation', params: IdParams, response: answers(200, allocation) } },
    async ({ actor, params, headers }, reply) =>
      answerAllocation(reply, await readAllocation(deps, actor, params.id), languageOf(headers)),
  )
  app.get(
    '/allocations/:id/lines',
    {
      schema: {
        tags,
        summary: 'List what each school gets',
        params: IdParams,
        querystring: PageQuerySchema,
        response: listAnswers(AllocationLineSchema),
      },
    },
    (request, reply) =>
      answerList(deps, request, reply, AllocationLineSchema, async (deps, page) => {
        const { items, nextCursor } = await readLines(deps, request.actor, request.params.id, page)
        return { items: items.map((line) => toLine(line, languageOf(request.headers))), nextCursor }
      }),
  )
  command(
    '/allocations/:id/confirm',
    { schema: { tags, summary: 'Confirm an allocation', params: IdParams, response: answers(200, allocation) } },
    async (deps, { actor, params, headers }, reply) =>
      answerAllocation(reply, await confirmAllocation(deps, actor, params.id), languageOf(headers)),
  )
}

function languageOf(headers: { 'accept-language'?: string | undefined }): 'el' | 'en' {
  return /^\s*el\b/i.test(headers['accept-language'] ?? '') ? 'el' : 'en'
}

function answerAllocation(reply: FastifyReply, { run, lines }: Allocation, language: 'el' | 'en') {
  return answerLong(reply, allocation, run, {
    lines: { Item: allocationLine, pages: toLines(lines, language) },
  })
}

async function* toLines(pages: Allocation['lines'], language: 'el' | 'en') {
  for await (const page of pages) yield page.map((line) => toLine(line, language))
}

function toLine({ grounds, ...line }: LineRow, language: 'el' | 'en') {
  return { ...line, reason: reasonSentence({ ...line, ...grounds }, language) }
}
