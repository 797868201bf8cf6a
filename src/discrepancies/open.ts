import { recordEvent, recordEvents } from '../audit/index.ts'
import type { Deps } from '../deps.ts'
import type { Actor } from '../identity/index.ts'
import type { Reader, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import { portions } from '../shared/page.ts'
import {
  findMatter,
  insertDiscrepancy,
  insertFreeDiscrepancies,
  type KnownMatter,
  type KnownVersion,
  listMatters,
  listOpenDiscrepancies,
  matterOf,
  resolveOpen,
  updateDiscrepancy,
} from './repository.ts'
import { type DiscrepancyCode, type Finding, firstOccurrences } from './rules.ts'

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
  const { code, matter } = finding
  const known = await findMatter(tx, { campaignId, code, matter })
  if (known) return changeKnown(deps, tx, actor, known, finding, { campaignId })
  const id = deps.newId()
  const openedAt = deps.clock.now()
  const row = {
    ...finding,
    ...figuresOf(finding),
    id,
    campaignId,
    reconciliationId: reconciliationId ?? null,
    openedAt,
  }
  await insertDiscrepancy(tx, row)
  await recordEvent(deps, tx, actor, 'discrepancy.opened', id, changeOf(finding, campaignId))
  return id
}

/** Has a known discrepancy say what was found, where that is news and it is still as it is known; answers its id. */
async function changeKnown(
  deps: Sources,
  tx: Tx,
  actor: Actor,
  known: KnownMatter,
  finding: Finding,
  { campaignId }: About,
): Promise<Id> {
  const { id, version } = known
  const news = firstOccurrences(known, finding)
  if (!news) return id
  const openAgain = { status: 'open', resolution: null, resolvedById: null, resolvedAt: null, gone: false } as const
  const change = { ...finding, ...figuresOf(finding), ...(news === 'reopened' && openAgain) }
  if (!(await updateDiscrepancy(tx, id, change, version))) return id
  await recordEvent(deps, tx, actor, `discrepancy.${news}`, id, changeOf(finding, campaignId))
  return id
}

const figuresOf = ({ expected, actual }: Finding) => ({ expected: expected ?? null, actual: actual ?? null })

const changeOf = ({ code, severity, matter, expected, actual }: Finding, campaignId: Id) => ({
  campaignId,
  code,
  severity,
  matter,
  expected,
  actual,
})

/** Few enough for one question about all of them, and for a transaction that nobody waits for long. */
const findingsAtOnce = 500

/**
 * {@link openDiscrepancy} for each of `findings` that were made on the books as `books` show them, some at a time in transactions of
 * their own; answers the ids in order. A discrepancy that was opened or changed since is newer than the finding, and stays as it is.
 */
export async function openFindings(
  deps: Sources & Pick<Deps, 'db'>,
  books: Reader,
  actor: Actor,
  findings: readonly Finding[],
  about: About,
): Promise<Id[]> {
  const ids: Id[] = []
  for (const some of portions(findings, findingsAtOnce)) {
    const known = await listMatters(books, about.campaignId, some)
    const told = some.map((finding) => ({ finding, known: known.get(matterOf(finding)) }))
    const isNew = told.some(({ finding, known }) => firstOccurrences(known, finding))
    const opened = isNew ? await deps.db.transact((tx) => openTold(deps, tx, actor, told, about)) : []
    for (const [i, { known }] of told.entries()) ids.push(opened[i] ?? known!.id)
  }
  return ids
}

type About = { campaignId: Id; reconciliationId?: Id | undefined }
/** A finding, and what was known of its matter on the books that it was made on. */
type Told = { finding: Finding; known: KnownMatter | undefined }

async function openTold(
  deps: Sources,
  tx: Tx,
  actor: Actor,
  told: readonly Told[],
  about: About,
): Promise<(Id | undefined)[]> {
  const seen = new Set<string>()
  const firsts = told.filter(({ finding }) => seen.size < seen.add(matterOf(finding)).size)
  const isFirst = new Set(firsts.map(({ finding }) => finding))
  const unknown = firsts.filter(({ known }) => !known).map(({ finding }) => finding)
  const opened = await openNew(deps, tx, actor, unknown, about)
  const ids: (Id | undefined)[] = []
  for (const { finding, known } of told) {
    // The second of one matter is looked at behind the first.
    if (!isFirst.has(finding)) ids.push(await openDiscrepancy(deps, tx, actor, { ...finding, ...about }))
    else if (known) ids.push(await changeKnown(deps, tx, actor, known, finding, about))
    else ids.push(opened.get(finding) ?? (await findMatter(tx, { ...finding, campaignId: about.campaignId }))!.id)
  }
  return ids
}

async function openNew(
  deps: Sources,
  tx: Tx,
  actor: Actor,
  findings: readonly Finding[],
  { campaignId, reconciliationId }: About,
): Promise<Map<Finding, Id>> {
  const openedAt = deps.clock.now()
  const rows = findings.map(({ code, severity, matter, detail, expected = null, actual = null, records }) => ({
    ...{ id: deps.newId(), campaignId, reconciliationId: reconciliationId ?? null, openedAt },
    ...{ code, severity, matter, detail, expected, actual, records },
  }))
  const free = await insertFreeDiscrepancies(tx, rows)
  const opened = new Map(findings.map((finding, i) => [finding, rows[i]!.id] as const).filter(([, id]) => free.has(id)))
  const happenings = Array.from(opened, ([finding, subjectId]) => ({
    action: 'discrepancy.opened',
    subjectId,
    change: changeOf(finding, campaignId),
  }))
  await recordEvents(deps, tx, actor, happenings)
  return opened
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
  const those = open.filter((known) => known.code === code && wanted.has(known.matter))
  await resolveDiscrepancies(deps, tx, actor, those, resolution)
}

/**
 * Resolves discrepancies that are no longer so, some at a time in transactions of their own, each with its event. What was changed
 * since it was known like this stays as it is.
 */
export async function resolveGone(
  deps: Sources & Pick<Deps, 'db'>,
  actor: Actor,
  known: readonly KnownVersion[],
  resolution: string,
): Promise<void> {
  for (const some of portions(known, findingsAtOnce))
    await deps.db.transact((tx) => resolveDiscrepancies(deps, tx, actor, some, resolution))
}

async function resolveDiscrepancies(
  deps: Sources,
  tx: Tx,
  actor: Actor,
  known: readonly KnownVersion[],
  resolution: string,
): Promise<void> {
  const how = { resolution, resolvedById: actor.id, resolvedAt: deps.clock.now(), gone: true }
  const resolved = await resolveOpen(tx, known, how)
  const happenings = resolved.map((subjectId) => ({
    action: 'discrepancy.resolved',
    subjectId,
    change: { resolution },
  }))
  await recordEvents(deps, tx, actor, happenings)
}
