import type { Deps } from '../deps.ts'
import { type Action, type Actor, seesPersonal } from '../identity/rules.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { recordEvent } from './use-cases.ts'

/** One entry of the access log: a reading of records that hold personal data or free text. */
export interface AccessLogEntry {
  /** The event: `enrollments.read`. */
  event: string
  subjectId: string
  campaignId: Id | null
  /** Which records: what they were chosen by, in ids and words of the domain. */
  facts?: Record<string, unknown>
  /** What was searched for, which may be a name. */
  searched?: string | undefined
}

/** What is withheld of a kind of record from who only audits and gives no reason. */
export interface Withheld<Item extends object, Hidden extends object> {
  /** What lets the actor read it. */
  by: Action
  /** The record as a pseudonym. */
  hide: (item: Item) => Hidden
  /** It holds names, contacts or pupil numbers: every access is an event. Otherwise it holds free text, and only an auditor's access is. */
  personal?: true
}

/**
 * Records an access to personal data, with the reason where one is given, in a transaction of its own. Await it before the answer
 * is sent: nothing is shown whose access could not be recorded.
 */
export async function recordAccess(
  deps: Pick<Deps, 'db' | 'clock' | 'newId' | 'signer'>,
  actor: Actor,
  { event, subjectId, campaignId, facts, searched }: AccessLogEntry,
): Promise<void> {
  const fields = { reason: actor.accessReason, searched: searched || undefined }
  await deps.db.transact((tx) => recordEvent(deps, tx, actor, event, subjectId, facts, { campaignId, fields }))
}

/** One record as `actor` may see it; the access is recorded. */
export async function showOne<Item extends object, Hidden extends object>(
  deps: Deps,
  actor: Actor,
  item: Item,
  withheld: Withheld<Item, Hidden>,
  entry: AccessLogEntry,
): Promise<Item | Hidden> {
  if (!sees(actor, item, withheld)) return withheld.hide(item)
  if (isRecorded(actor, withheld)) await recordAccess(deps, actor, entry)
  return item
}

/** A page of records as `actor` may see them; the access is recorded, once for a list that is answered whole. */
export async function showPage<Item extends object, Hidden extends object>(
  deps: Deps,
  actor: Actor,
  { items, nextCursor }: Page<Item>,
  { streamed, cursor }: PageQuery,
  withheld: Withheld<Item, Hidden>,
  entry: AccessLogEntry,
): Promise<Page<Item | Hidden>> {
  const seen = items.filter((item) => sees(actor, item, withheld))
  // The first page of a whole list does not say whether anything will be shown: the access counts if the actor may see any.
  const accessed = streamed || items.length === 0 ? seesPersonal(actor, withheld.by) : seen.length > 0
  if (accessed && streamed !== 'more' && isRecorded(actor, withheld)) {
    const facts = { records: seen.length, ...entry.facts, cursor, whole: streamed === 'first' }
    await recordAccess(deps, actor, { ...entry, facts })
  }
  const shown = new Set<Item>(seen)
  return { items: items.map((item) => (shown.has(item) ? item : withheld.hide(item))), nextCursor }
}

function sees(actor: Actor, item: object, { by }: { by: Action }): boolean {
  return seesPersonal(actor, by, 'schoolId' in item ? { schoolId: item.schoolId as Id } : {})
}

/** An auditor's access to free text with a reason is recorded. Others read it at their daily work. */
function isRecorded(actor: Actor, { personal }: { personal?: true }): boolean {
  const audits = actor.roles.some(({ role }) => role === 'auditor')
  return personal ?? (audits && actor.accessReason !== undefined)
}
