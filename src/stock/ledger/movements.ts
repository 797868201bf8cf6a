import { showPage } from '../../audit/index.ts'
import type { Deps } from '../../deps.ts'
import { type Actor, authorize, scopeOf } from '../../identity/index.ts'
import { virtualLocations } from '../../places/index.ts'
import { isCheckViolation } from '../../platform/db/index.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Page, PageQuery } from '../../shared/page.ts'
import type { Instant } from '../../shared/time.ts'
import { checkTakeable } from '../rules.ts'
import { type Balance, type BalanceFilter, listBalances, stockOf } from './balance-repository.ts'
import { insertMovement, listMovements, type Movement, type MovementFilter } from './movement-repository.ts'
import { locationsIn } from './places.ts'

/** What use cases need besides the transaction in order to write. */
export type Sources = Pick<Deps, 'clock' | 'newId' | 'signer'>

/** Kits that change place. `quantity` is above zero. */
export type Move = Omit<Movement, 'id' | 'actorId' | 'recordedAt' | 'campaignId' | 'reason' | 'reversesId'> &
  Partial<Pick<Movement, 'campaignId' | 'reason' | 'reversesId'>>

/**
 * Writes one line into the ledger, and with it both balances, and answers its id: the only way in which stock changes.
 * Raises `insufficient_stock` and `reserved_stock` where a warehouse or the road would be left with less than it can.
 */
export async function moveStock(deps: Sources, tx: Tx, actor: Actor, move: Move): Promise<Id> {
  const id = deps.newId()
  const nothing = { campaignId: null, reason: null, reversesId: null }
  const movement = { ...nothing, ...move, id, actorId: actor.id, recordedAt: deps.clock.now() }
  // What is handed out leaves a school, which may be left with less than nothing: no check can fail.
  if (move.kind === 'handout') await insertMovement(tx, movement)
  else
    await tx
      .savepoint(() => insertMovement(tx, movement))
      .catch(async (error: unknown) => {
        throw isCheckViolation(error) ? ((await shortage(tx, move)) ?? error) : error
      })
  return id
}

async function shortage(tx: Tx, { fromLocationId, kitId, quantity }: Move) {
  return checkTakeable(await stockOf(tx, fromLocationId, kitId), quantity)
}

/**
 * Books that a location has `difference` kits more than the book said, or fewer if it is below zero: what is found comes from what is
 * written off, and what is lost goes there. Raises what {@link moveStock} raises.
 */
export function bookDifference(
  deps: Sources,
  tx: Tx,
  actor: Actor,
  { locationId, difference, ...move }: { locationId: Id; difference: number } & Omit<Move, 'quantity' | End>,
): Promise<Id> {
  const away = virtualLocations.written_off
  const [fromLocationId, toLocationId] = difference < 0 ? [locationId, away] : [away, locationId]
  return moveStock(deps, tx, actor, { ...move, fromLocationId, toLocationId, quantity: Math.abs(difference) })
}

/** Books kits into a warehouse from the virtual location `fromLocationId`, and writes the damaged ones among them off at once. */
export async function bookIn(
  deps: Sources,
  tx: Tx,
  actor: Actor,
  { damagedQuantity, ...move }: Move & { damagedQuantity: number },
): Promise<void> {
  await moveStock(deps, tx, actor, move)
  if (damagedQuantity === 0) return
  const lost = { fromLocationId: move.toLocationId, toLocationId: virtualLocations.written_off }
  await moveStock(deps, tx, actor, { ...move, ...lost, kind: 'damage', quantity: damagedQuantity })
}

type End = 'fromLocationId' | 'toLocationId'

/** Why an adjustment was made is a word of the domain; other reasons somebody has typed. */
const typedReason = {
  by: 'stock:read',
  hide: (movement: Movement): Movement => (movement.kind === 'adjustment' ? movement : { ...movement, reason: null }),
} as const

/** The ledger in the order in which it was written, the newest first; staff of a school or a warehouse see what touched it alone. */
export async function readMovements(
  deps: Deps,
  actor: Actor | undefined,
  filter: Omit<MovementFilter, 'only'>,
  page: PageQuery,
): Promise<Page<Movement>> {
  authorize(actor, 'stock:read')
  const { read } = deps.db
  const only = await locationsIn(read, scopeOf(actor, 'stock:read'))
  const found = await listMovements(read, { ...filter, only }, page)
  const entry = { event: 'movements.read', subjectId: 'ledger', campaignId: null, facts: { ...filter } }
  return showPage(deps, actor, found, page, typedReason, entry)
}

/** Balances by location and kit, now or as of `at`; school staff see their own yard alone, staff of a warehouse that warehouse. */
export async function readBalances(
  { db }: Deps,
  actor: Actor | undefined,
  { at, ...filter }: Omit<BalanceFilter, 'only'> & { at?: Instant | undefined },
  page: PageQuery,
): Promise<Page<Balance>> {
  authorize(actor, 'stock:read')
  const only = await locationsIn(db.read, scopeOf(actor, 'stock:read'))
  return listBalances(db.read, { ...filter, only }, at, page)
}
