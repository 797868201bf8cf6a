import type { FastifyReply } from 'fastify'
import type { Deps } from '../deps.ts'
import { type App, answerLong, IdParams, ref, routesOf } from '../platform/http/index.ts'
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

const allocation = ref(AllocationSchema)
const allocationLine = ref(AllocationLineSchema)

/** Runs that divide stock among schools. Reasons are in Greek for those who ask for it (`Accept-Language`), else in English. */
export async function allocationRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const { list, get, command } = routesOf(app, deps, 'Allocation')
  command(
    '/campaigns/:id/allocations',
    {
      summary: 'Divide the stock among the schools',
      params: IdParams,
      body: NewAllocationSchema,
      response: { 201: AllocationSchema },
    },
    async (deps, { actor, params, body, headers }, reply) => {
      const command = { campaignId: params.id, policy: body?.policy ?? {}, stockQuantity: body?.stockQuantity }
      return answerAllocation(reply, await proposeAllocation(deps, actor, command), languageOf(headers))
    },
  )
  list(
    '/campaigns/:id/allocations',
    { summary: 'List allocations', params: IdParams, items: AllocationRunSchema },
    (deps, { actor, params }, page) => readAllocations(deps, actor, params.id, page),
  )
  get(
    '/allocations/:id',
    { summary: 'Read an allocation', params: IdParams, response: { 200: AllocationSchema } },
    async (deps, { actor, params, headers }, reply) =>
      answerAllocation(reply, await readAllocation(deps, actor, params.id), languageOf(headers)),
  )
  list(
    '/allocations/:id/lines',
    { summary: 'List what each school gets', params: IdParams, items: AllocationLineSchema },
    async (deps, { actor, params, headers }, page) => {
      const { items, nextCursor } = await readLines(deps, actor, params.id, page)
      return { items: items.map((line) => toLine(line, languageOf(headers))), nextCursor }
    },
  )
  command(
    '/allocations/:id/confirm',
    { summary: 'Confirm an allocation', params: IdParams, response: { 200: AllocationSchema } },
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
