import { and, eq, exists, inArray, isNotNull, isNull, like, lt, ne, notExists, or, type SQL, sql } from 'drizzle-orm'
import { contains } from '../../platform/db/index.ts'
import type { Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { countValues, type Figures, type Scope } from '../rules.ts'

/** Erases some of what is left of a kind of personal data, and answers how many values of each column; none at the end. */
type Step = (tx: Tx, scope: Scope) => Promise<Figures>

/** A step about records that always belong to a campaign. */
const ofCampaign =
  (step: (tx: Tx, campaignId: Id) => Promise<Figures>): Step =>
  async (tx, { campaignId }) =>
    campaignId === null ? {} : step(tx, campaignId)

/** Few enough that others who wait for the writer hardly notice. */
const atOnce = 500

/** Children become pseudonyms: the enrollment's id stands for the pupil number, and there is no name. */
const children = ofCampaign(async ({ q, t: { enrollments: e } }, campaignId) => {
  const { id, pupilRef, givenName, familyName, section, withdrawalReason } = e
  const known = and(eq(e.campaignId, campaignId), ne(pupilRef, id))
  const rows = await q
    .select({ id, pupilRef, givenName, familyName, section, withdrawalReason })
    .from(e)
    .where(known)
    .limit(atOnce)
  const ids = rows.map((row) => row.id)
  const nobody = { givenName: null, familyName: null, section: null, withdrawalReason: null, folded: '' }
  await q
    .update(e)
    .set({ ...nobody, pupilRef: sql`${e.id}`, version: sql`${e.version} + 1` })
    .where(inArray(id, ids))
  return countValues(
    'enrollments',
    rows.map(({ id: _, ...values }) => values),
  )
})

const guardians = ofCampaign(async ({ q, t: { enrollments: e, guardians: g } }, campaignId) => {
  const ofCampaign = q
    .selectDistinct({ id: g.enrollmentId })
    .from(g)
    .innerJoin(e, eq(e.id, g.enrollmentId))
    .where(eq(e.campaignId, campaignId))
    .limit(atOnce)
  const { name, email, phone, language } = g
  const rows = await q.delete(g).where(inArray(g.enrollmentId, ofCampaign)).returning({ name, email, phone, language })
  return countValues('guardians', rows)
})

const vouchers = ofCampaign(async ({ q, t: { vouchers: v } }, campaignId) => {
  const typed = and(eq(v.campaignId, campaignId), isNotNull(v.revocationReason))
  const some = q.select({ id: v.id }).from(v).where(typed).limit(atOnce)
  const rows = await q.update(v).set({ revocationReason: null }).where(inArray(v.id, some)).returning({ id: v.id })
  return { 'vouchers.revocationReason': rows.length }
})

const redemptions = ofCampaign(async ({ q, t: { redemptions: r } }, campaignId) => {
  const typed = and(eq(r.campaignId, campaignId), isNotNull(r.undoReason))
  const some = q.select({ id: r.id }).from(r).where(typed).limit(atOnce)
  const rows = await q.update(r).set({ undoReason: null }).where(inArray(r.id, some)).returning({ id: r.id })
  return { 'redemptions.undoReason': rows.length }
})

/** A code that names a voucher is kept as its plain code, which the scan is looked up by; whatever else was read goes. */
const scans: Step = async ({ q, t: { scans: s, vouchers: v } }, scope) => {
  const code = q.select({ code: v.code }).from(v).where(eq(v.id, s.voucherId))
  const bare = sql`coalesce(${code}, '')`
  const mine = ofScope(scope, s.campaignId, s.recordedAt)
  const some = q
    .select({ id: s.id })
    .from(s)
    .where(and(mine, ne(s.raw, bare)))
    .limit(atOnce)
  const rows = await q.update(s).set({ raw: bare }).where(inArray(s.id, some)).returning({ id: s.id })
  return { 'scans.raw': rows.length }
}

const shipments = ofCampaign(async ({ q, t: { shipments: s } }, campaignId) => {
  const typed = and(eq(s.campaignId, campaignId), isNotNull(s.note))
  const some = q.select({ id: s.id }).from(s).where(typed).limit(atOnce)
  const change = { note: null, version: sql`${s.version} + 1` }
  const rows = await q.update(s).set(change).where(inArray(s.id, some)).returning({ id: s.id })
  return { 'shipments.note': rows.length }
})

/** Why an adjustment was made is a word of the domain and stays. */
const movements: Step = async ({ q, t: { movements: m } }, scope) => {
  const typed = and(ofScope(scope, m.campaignId, m.recordedAt), isNotNull(m.reason), ne(m.kind, 'adjustment'))
  const some = q.select({ id: m.id }).from(m).where(typed).limit(atOnce)
  const rows = await q.update(m).set({ reason: null }).where(inArray(m.id, some)).returning({ id: m.id })
  return { 'movements.reason': rows.length }
}

const adjustments: Step = async ({ q, t }, scope) => {
  const { adjustments: a } = t
  const typed = and(causedIn(t, q, scope, a.id), isNotNull(a.note))
  const some = q.select({ id: a.id }).from(a).where(typed).limit(atOnce)
  const rows = await q.update(a).set({ note: null }).where(inArray(a.id, some)).returning({ id: a.id })
  return { 'adjustments.note': rows.length }
}

const returns: Step = async ({ q, t }, scope) => {
  const { returns: r } = t
  const typed = and(causedIn(t, q, scope, r.id), ne(r.reason, ''))
  const some = q.select({ id: r.id }).from(r).where(typed).limit(atOnce)
  const rows = await q.update(r).set({ reason: '' }).where(inArray(r.id, some)).returning({ id: r.id })
  return { 'returns.reason': rows.length }
}

/** What the service itself has written, where the matter was gone, stays. */
const discrepancies = ofCampaign(async ({ q, t: { discrepancies: d } }, campaignId) => {
  const typed = and(eq(d.campaignId, campaignId), eq(d.gone, false), ne(d.resolution, ''))
  const some = q.select({ id: d.id }).from(d).where(typed).limit(atOnce)
  const change = { resolution: '', version: sql`${d.version} + 1` }
  const rows = await q.update(d).set(change).where(inArray(d.id, some)).returning({ id: d.id })
  return { 'discrepancies.resolution': rows.length }
})

/** Whom reminders went to: the digests of their addresses go, and with them the links that end reminders. */
const recipients = ofCampaign(async ({ q, t: { recipients: r } }, campaignId) => {
  const known = and(eq(r.campaignId, campaignId), ne(r.key, r.id))
  const some = q.select({ id: r.id }).from(r).where(known).limit(atOnce)
  const nobody = { key: sql`${r.id}`, stopToken: sql`${r.id}` }
  const rows = await q.update(r).set(nobody).where(inArray(r.id, some)).returning({ id: r.id })
  return { 'recipients.key': rows.length }
})

const contactMarks = ofCampaign(async ({ q, t: { contactMarks: m } }, campaignId) => {
  const ofCampaign = eq(m.campaignId, campaignId)
  const some = q.select({ key: m.addressKey }).from(m).where(ofCampaign).limit(atOnce)
  const mine = and(ofCampaign, inArray(m.addressKey, some))
  return { 'contactMarks.addressKey': (await q.delete(m).where(mine).returning({ key: m.addressKey })).length }
})

/** What was sent to whom, in numbers, stays; the language, which may tell where somebody comes from, does not. */
const messages = ofCampaign(async ({ q, t: { messages: m } }, campaignId) => {
  const telling = and(eq(m.campaignId, campaignId), isNotNull(m.language))
  const some = q.select({ id: m.id }).from(m).where(telling).limit(atOnce)
  const rows = await q.update(m).set({ language: null }).where(inArray(m.id, some)).returning({ id: m.id })
  return { 'messages.language': rows.length }
})

/** The events stay as they are, with commitments that nobody can open any more. */
const disclosures: Step = async ({ q, t: { auditDisclosures: d, auditEvents: e } }, scope) => {
  const old =
    'before' in scope
      ? q
          .select({ id: e.id })
          .from(e)
          .where(and(eq(e.id, d.eventId), lt(e.at, scope.before)))
      : undefined
  const mine =
    scope.campaignId === null ? and(isNull(d.campaignId), old && exists(old)) : eq(d.campaignId, scope.campaignId)
  const some = q.selectDistinct({ id: d.eventId }).from(d).where(mine).limit(atOnce)
  const rows = await q.delete(d).where(inArray(d.eventId, some)).returning({ id: d.eventId })
  return { 'auditDisclosures.value': rows.length }
}

/**
 * Answers that name the campaign, and of those given before it was closed also those that name none: an adjustment's, an
 * import's. Encrypted ones tell nothing to anybody but their caller.
 */
const answers = ofCampaign(async ({ q, t: { campaigns: c, idempotencyKeys: k } }, campaignId) => {
  const names = (id: typeof c.id | string) => contains(k.answer, id)
  const anyCampaign = q.select({ id: c.id }).from(c).where(names(c.id))
  const beforeClosing = q
    .select({ id: c.id })
    .from(c)
    .where(and(eq(c.id, campaignId), sql`${k.createdAt} <= ${c.closedAt}`))
  const mine = or(names(campaignId), and(exists(beforeClosing), notExists(anyCampaign)))
  const some = q
    .select({ credential: k.credential, key: k.key })
    .from(k)
    .where(and(like(k.answer, '{%'), mine))
    .limit(atOnce)
  const rows = await q.delete(k).where(sql`(${k.credential}, ${k.key}) in ${some}`).returning({ key: k.key })
  return { 'idempotencyKeys.answer': rows.length }
})

/** Every kind of personal data and free text that is erased with a campaign. `data-map.ts` lists their columns. */
export const erasingSteps: readonly Step[] = [
  children,
  guardians,
  vouchers,
  redemptions,
  scans,
  shipments,
  movements,
  adjustments,
  returns,
  discrepancies,
  recipients,
  contactMarks,
  messages,
  disclosures,
  answers,
]

type ColumnOf<T extends keyof Tables> = Tables[T]['_']['columns']

function ofScope(
  scope: Scope,
  campaignId: ColumnOf<'scans'>['campaignId'] | ColumnOf<'movements'>['campaignId'],
  at: ColumnOf<'scans'>['recordedAt'] | ColumnOf<'movements'>['recordedAt'],
): SQL | undefined {
  return scope.campaignId === null ? and(isNull(campaignId), lt(at, scope.before)) : eq(campaignId, scope.campaignId)
}

/** Whether the ledger says that the paper `id` moved kits of the scope. */
function causedIn(
  { movements: m }: Tables,
  q: Tx['q'],
  scope: Scope,
  id: ColumnOf<'adjustments'>['id'] | ColumnOf<'returns'>['id'],
): SQL {
  return exists(
    q
      .select({ id: m.id })
      .from(m)
      .where(and(eq(m.causeId, id), ofScope(scope, m.campaignId, m.recordedAt))),
  )
}
