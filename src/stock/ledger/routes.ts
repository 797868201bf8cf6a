import type { Static } from 'typebox'
import type { Deps } from '../../deps.ts'
import { AccessReasonHeaders, type App, IdParams, routesOf } from '../../platform/http/index.ts'
import { toInstant } from '../../shared/time.ts'
import { adjustStock } from './adjustments.ts'
import { readBalances, readMovements } from './movements.ts'
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

/** What comes in, what is there, what moved, and what was put right. */
export async function ledgerRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const { list, command } = routesOf(app, deps, 'Stock')
  command(
    '/receipts',
    { summary: 'Receive kits', body: NewReceiptSchema, response: { 201: ReceiptSchema } },
    (deps, { actor, body }) => receiveKits(deps, actor, body),
  )
  list(
    '/balances',
    { summary: 'List balances, now or at an instant', querystring: BalanceQuery, items: BalanceSchema },
    (deps, { actor, query }, page) => {
      const { locationId, kitId, at } = query
      return readBalances(deps, actor, { locationId, kitId, at: at && toInstant(at) }, page)
    },
  )
  list(
    '/movements',
    { summary: 'Read the ledger', headers: AccessReasonHeaders, querystring: MovementQuery, items: MovementSchema },
    (deps, { actor, query }, page) => readMovements(deps, actor, movementFilter(query), page),
  )
  command(
    '/movements/:id/reverse',
    { summary: 'Undo a movement', params: IdParams, body: ReversalSchema, response: { 201: MovementSchema } },
    (deps, { actor, params, body }) => reverse(deps, actor, params.id, body.reason),
  )
  command(
    '/adjustments',
    { summary: 'Put stock right', body: NewAdjustmentSchema, response: { 201: AdjustmentSchema } },
    (deps, { actor, body }) => adjustStock(deps, actor, body),
  )
  command(
    '/returns',
    { summary: 'Take back what a school sends', body: NewReturnSchema, response: { 201: ReturnSchema } },
    (deps, { actor, body }) => returnKits(deps, actor, body),
  )
}

function movementFilter({ locationId, kitId, kind, causeId, from, to }: Static<typeof MovementQuery>) {
  return { locationId, kitId, kind, causeId, from: from && toInstant(from), to: to && toInstant(to) }
}
