import { recordEvent, recordEvents } from '../audit/index.ts'
import type { Deps } from '../deps.ts'
import type { Actor } from '../identity/index.ts'
import type { Id } from '../kernel/ids.ts'
import type { Tx } from '../schema.ts'
import {
  findMatter,
  findMatters,
  insertDiscrepancies,
  insertDiscrepancy,
  listOpenDiscrepancies,
  resolveOpen,
  updateDiscrepancy,
} from './repository.ts'
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

/** Few enough for one question about all of them. */
const findingsAtOnce = 500

/** {@link openDiscrepancy} for each of `findings`, in few statements for those that are new; answers the ids in order. */
export async function openDiscrepancies(
  deps: Sources,
  tx: Tx,
  actor: Actor,
  findings: readonly Finding[],
  about: { campaignId: Id; reconciliationId?: Id | undefined },
): Promise<Id[]> {
  const ids: Id[] = []
  for (let start = 0; start < findings.length; start += findingsAtOnce) {
    const some = findings.slice(start, start + findingsAtOnce)
    const known = await findMatters(tx, about.campaignId, some)
    // The second of one matter is looked at behind the first.
    const isFirst = ({ code, matter }: Finding) => known.size < known.add(`${code} ${matter}`).size
    const opened = await openNew(deps, tx, actor, some.filter(isFirst), about)
    for (const finding of some)
      ids.push(opened.get(finding) ?? (await openDiscrepancy(deps, tx, actor, { ...finding, ...about })))
  }
  return ids
}

async function openNew(
  deps: Sources,
  tx: Tx,
  actor: Actor,
  findings: readonly Finding[],
  { campaignId, reconciliationId = null }: { campaignId: Id; reconciliationId?: Id | null | undefined },
): Promise<Map<Finding, Id>> {
  const openedAt = deps.clock.now()
  const rows = findings.map(({ code, severity, matter, detail, expected = null, actual = null, records }) => ({
    ...{ id: deps.newId(), campaignId, reconciliationId, openedAt },
    ...{ code, severity, matter, detail, expected, actual, records },
  }))
  await insertDiscrepancies(tx, rows)
  const happenings = findings.map(({ code, severity, matter, expected, actual }, i) => ({
    action: 'discrepancy.opened',
    subjectId: rows[i]!.id,
    change: { campaignId, code, severity, matter, expected, actual },
  }))
  await recordEvents(deps, tx, actor, happenings)
  return new Map(findings.map((finding, i) => [finding, rows[i]!.id]))
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
  const resolved = await resolveOpen(tx, ids, how)
  const happenings = resolved.map((subjectId) => ({
    action: 'discrepancy.resolved',
    subjectId,
    change: { resolution },
  }))
  await recordEvents(deps, tx, actor, happenings)
}
