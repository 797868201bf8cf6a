import type { Deps } from '../deps.ts'
import { type Action, type Actor, seesPersonal } from '../identity/rules.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { recordEvent } from './use-cases.ts'

/** One look at records that hold personal data or free text. */
export interface Look {
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
  /** It holds names, contacts or pupil numbers: every look is an event. Otherwise it holds free text, and an auditor's is. */
  personal?: true
}

/**
 * Writes down a look at personal data, with the reason where one is given, in a transaction of its own. Await it before
 * the answer is sent: what could not be written down is not shown.
 */
export async function recordLook(
  deps: Pick<Deps, 'db' | 'clock' | 'newId' | 'signer'>,
  actor: Actor,
  { event, subjectId, campaignId, facts, searched }: Look,
): Promise<void> {
  const fields = { reason: actor.accessReason, searched: searched || undefined }
  await deps.db.transact((tx) => recordEvent(deps, tx, actor, event, subjectId, facts, { campaignId, fields }))
}

/** One record as `actor` may see it, its look written down. */
export async function showOne<Item extends object, Hidden extends object>(
  deps: Deps,
  actor: Actor,
  item: Item,
  withheld: Withheld<Item, Hidden>,
  look: Look,
): Promise<Item | Hidden> {
  if (!sees(actor, item, withheld)) return withheld.hide(item)
  if (isRecorded(actor, withheld)) await recordLook(deps, actor, look)
  return item
}

/** A page of records as `actor` may see them, the look written down once for a list that is answered whole. */
export async function showPage<Item extends object, Hidden extends object>(
  deps: Deps,
  actor: Actor,
  { items, nextCursor }: Page<Item>,
  { streamed, cursor }: PageQuery,
  withheld: Withheld<Item, Hidden>,
  look: Look,
): Promise<Page<Item | Hidden>> {
  const seen = items.filter((item) => sees(actor, item, withheld))
  // Of a whole list the first page does not say whether anything will be shown: who may see some of it looks.
  const looked = streamed || items.length === 0 ? seesPersonal(actor, withheld.by) : seen.length > 0
  if (looked && streamed !== 'more' && isRecorded(actor, withheld)) {
    const facts = { records: seen.length, ...look.facts, cursor, whole: streamed === 'first' }
    await recordLook(deps, actor, { ...look, facts })
  }
  const shown = new Set<Item>(seen)
  return { items: items.map((item) => (shown.has(item) ? item : withheld.hide(item))), nextCursor }
}

function sees(actor: Actor, item: object, { by }: { by: Action }): boolean {
  return seesPersonal(actor, by, 'schoolId' in item ? { schoolId: item.schoolId as Id } : {})
}

/** A reason turns an auditor's look at free text into one that is written down. Others read it at their daily work. */
function isRecorded(actor: Actor, { personal }: { personal?: true }): boolean {
  const audits = actor.roles.some(({ role }) => role === 'auditor')
  return personal ?? (audits && actor.accessReason !== undefined)
}
