import type { Static } from 'typebox'
import type { Deps } from '../../deps.ts'
import {
  AccessReasonHeaders,
  type App,
  answerList,
  answers,
  commandsOf,
  IdParams,
  listAnswers,
  ref,
} from '../../platform/http/index.ts'
import { toInstant } from '../../shared/time.ts'
import { adjustStock } from './adjustments.ts'
import { readBalances } from './balances.ts'
import { readMovements } from './movements.ts'
import { receiveKits } from './receipts.ts'
import { returnKits } from './returns.ts'
import { reverse } from './reversals.ts'
import {
  AdjustmentSchema,
  BalanceQuery,
  BalanceSchema,
  MovementQuery,
  MovementSchema,
  NewAdjustmentSchema,
  NewReceiptSchema,
  NewReturnSchema,
  ReceiptSchema,
  ReturnSchema,
  ReversalSchema,
} from './schemas.ts'

const tags = ['Stock']

/** What comes in, what is there, what moved, and what was put right. */
export async function ledgerRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const command = commandsOf(app, deps)
  command(
    '/receipts',
    { schema: { tags, summary: 'Receive kits', body: NewReceiptSchema, response: answers(201, ref(ReceiptSchema)) } },
    async (deps, { actor, body }, reply) => {
      reply.code(201)
      return receiveKits(deps, actor, body)
    },
  )
  app.get(
    '/balances',
    {
      schema: {
        tags,
        summary: 'List balances, now or at an instant',
        querystring: BalanceQuery,
        response: listAnswers(BalanceSchema),
      },
    },
    (request, reply) => {
      const { locationId, kitId, at } = request.query
      const filter = { locationId, kitId, at: at && toInstant(at) }
      return answerList(deps, request, reply, BalanceSchema, (deps, page) =>
        readBalances(deps, request.actor, filter, page),
      )
    },
  )
  app.get(
    '/movements',
    {
      schema: {
        tags,
        summary: 'Read the ledger',
        headers: AccessReasonHeaders,
        querystring: MovementQuery,
        response: listAnswers(MovementSchema),
      },
    },
    (request, reply) => {
      const filter = movementFilter(request.query)
      return answerList(deps, request, reply, MovementSchema, (deps, page) =>
        readMovements(deps, request.actor, filter, page),
      )
    },
  )
  command(
    '/movements/:id/reverse',
    {
      schema: {
        tags,
        summary: 'Undo a movement',
        params: IdParams,
        body: ReversalSchema,
        response: answers(201, ref(MovementSchema)),
      },
    },
    async (deps, { actor, params, body }, reply) => {
      reply.code(201)
      return reverse(deps, actor, params.id, body.reason)
    },
  )
  command(
    '/adjustments',
    {
      schema: {
        tags,
        summary: 'Put stock right',
        body: NewAdjustmentSchema,
        response: answers(201, ref(AdjustmentSchema)),
      },
    },
    async (deps, { actor, body }, reply) => {
      reply.code(201)
      return adjustStock(deps, actor, body)
    },
  )
  command(
    '/returns',
    {
      schema: {
        tags,
        summary: 'Take back what a school sends',
        body: NewReturnSchema,
        response: answers(201, ref(ReturnSchema)),
      },
    },
    async (deps, { actor, body }, reply) => {
      reply.code(201)
      return returnKits(deps, actor, body)
    },
  )
}

function movementFilter({ locationId, kitId, kind, causeId, from, to }: Static<typeof MovementQuery>) {
  return { locationId, kitId, kind, causeId, from: from && toInstant(from), to: to && toInstant(to) }
}
