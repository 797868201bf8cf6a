import { recordEvent } from '../audit/index.ts'
import type { Deps } from '../deps.ts'
import type { Actor } from '../identity/index.ts'
import type { Id } from '../kernel/ids.ts'
import type { Tx } from '../schema.ts'
import { findMatter, insertDiscrepancy, listOpenDiscrepancies, resolveOpen, updateDiscrepancy } from './repository.ts'
import { type DiscrepancyCode, type Finding, newsOf } from './rules.ts'

type Sources = Pick<Deps, 'clock' | 'newId' | 'signer'>

/**
 * Reports something that does not add up, in the transaction in which it is found, and answers the discrepancy's id. There
 * is one per campaign, code and matter: found again while open, it takes the new figures; found again after it was
 * explained, it opens again only if the figures are others. `reconciliationId` names the run that found it.
 */
export async function openDiscrepancy(
  deps: Sources,
  tx: Tx,
  actor: Actor,
  { campaignId, reconciliationId, ...finding }: Finding & { campaignId: Id; reconciliationId?: Id | undefined },
): Promise<Id> {
  const { code, severity, matter, expected, actual } = finding
  const known = await findMatter(tx, { campaignId, code, matter })
  const news = newsOf(known, finding)
  if (known && !news) return known.id
  const id = known?.id ?? deps.newId()
  const figures = { ...finding, expected: expected ?? null, actual: actual ?? null }
  if (!known) {
    const openedAt = deps.clock.now()
    await insertDiscrepancy(tx, { ...figures, id, campaignId, reconciliationId: reconciliationId ?? null, openedAt })
  } else {
    const openAgain = { status: 'open', resolution: null, resolvedById: null, resolvedAt: null, gone: false } as const
    await updateDiscrepancy(tx, id, { ...figures, ...(news === 'reopened' && openAgain) })
  }
  await recordEvent(deps, tx, actor, `discrepancy.${news}`, id, {
    campaignId,
    code,
    severity,
    matter,
    expected,
    actual,
  })
  return id
}

/**
 * Resolves the open discrepancies of one kind that are about these matters: what settled them is told in `resolution`, one
 * sentence. Should the same be found later, they are open again. Matters that are not open stay as they are.
 */
export async function resolveMatters(
  deps: Sources,
  tx: Tx,
  actor: Actor,
  {
    campaignId,
    code,
    matters,
    resolution,
  }: { campaignId: Id; code: DiscrepancyCode; matters: string[]; resolution: string },
): Promise<void> {
  const wanted = new Set(matters)
  const open = await listOpenDiscrepancies(tx, campaignId)
  const ids = open.filter((known) => known.code === code && wanted.has(known.matter)).map((known) => known.id)
  await resolveDiscrepancies(deps, tx, actor, ids, resolution)
}

/** Resolves those of these discrepancies that are open, since they are no longer so, each with its event. */
export async function resolveDiscrepancies(
  deps: Sources,
  tx: Tx,
  actor: Actor,
  ids: Id[],
  resolution: string,
): Promise<void> {
  const how = { resolution, resolvedById: actor.id, resolvedAt: deps.clock.now(), gone: true }
  for (const id of await resolveOpen(tx, ids, how)) {
    await recordEvent(deps, tx, actor, 'discrepancy.resolved', id, { resolution })
  }
}
