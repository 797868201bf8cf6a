import { and, eq, inArray, like, or } from 'drizzle-orm'
import type { ReadEvent } from '../../audit/index.ts'
import { withDisclosures } from '../../audit/index.ts'
import { contains } from '../../platform/db/index.ts'
import type { Redemption } from '../../redemption/rules.ts'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Voucher } from '../../vouchers/rules.ts'
import { countValues, type Figures, type GuardianIdentity } from '../rules.ts'

/** A child whose guardian is meant, and which of its guardians: their positions. */
export interface Concerned {
  enrollmentId: Id
  positions: number[]
}

/** Every child whose guardian has this e-mail address or telephone, and the child of this enrollment with all its guardians. */
export async function listConcerned(
  { q, t: { enrollments: e, guardians: g } }: Reader,
  { phone, email, enrollmentId }: GuardianIdentity,
): Promise<Concerned[]> {
  const meant = or(
    phone ? eq(g.phone, phone) : undefined,
    email ? eq(g.email, email) : undefined,
    enrollmentId ? eq(g.enrollmentId, enrollmentId) : undefined,
  )
  const found = await q
    .select({ enrollmentId: g.enrollmentId, position: g.position })
    .from(g)
    .where(meant)
    .orderBy(g.enrollmentId, g.position)
  const children = new Map<Id, number[]>()
  const named = enrollmentId ? await q.select({ id: e.id }).from(e).where(eq(e.id, enrollmentId)) : []
  for (const { id } of named) children.set(id, [])
  for (const { enrollmentId: id, position } of found) children.set(id, [...(children.get(id) ?? []), position])
  return [...children].map(([id, positions]) => ({ enrollmentId: id, positions }))
}

/** Which of a child's guardians stand at these positions. */
export async function listGuardians({ q, t: { guardians: g } }: Reader, { enrollmentId, positions }: Concerned) {
  const { name, email, phone, language, consent } = g
  return q
    .select({ name, email, phone, language, consent })
    .from(g)
    .where(and(eq(g.enrollmentId, enrollmentId), inArray(g.position, positions)))
    .orderBy(g.position)
}

/** What happened about a child: its vouchers, what was handed out against them, every scan, and every event. */
export async function readHistory(
  reader: Reader,
  enrollmentId: Id,
): Promise<{
  vouchers: Voucher[]
  redemptions: Redemption[]
  scans: Tables['scans']['$inferSelect'][]
  events: ReadEvent[]
}> {
  const { q, t } = reader
  const vouchers = await q
    .select()
    .from(t.vouchers)
    .where(eq(t.vouchers.enrollmentId, enrollmentId))
    .orderBy(t.vouchers.id)
  const ids = vouchers.map(({ id }) => id)
  const { redemptions: r, scans: s, auditEvents: a } = t
  const redemptions = await q.select().from(r).where(inArray(r.voucherId, ids)).orderBy(r.id)
  const scans = await q.select().from(s).where(inArray(s.voucherId, ids)).orderBy(s.id)
  const subjects = [enrollmentId, ...ids, ...scans.map(({ id }) => id)]
  const events = await q.select().from(a).where(inArray(a.subjectId, subjects)).orderBy(a.id)
  return { vouchers, redemptions, scans, events: await withDisclosures(reader, events) }
}

/** Forgets those guardians of a child, and answers what was known of them. */
export async function deleteGuardians(
  { q, t: { guardians: g } }: Tx,
  { enrollmentId, positions }: Concerned,
): Promise<Figures> {
  const { name, email, phone, language } = g
  const theirs = and(eq(g.enrollmentId, enrollmentId), inArray(g.position, positions))
  const rows = await q.delete(g).where(theirs).returning({ name, email, phone, language })
  return countValues('guardians', rows)
}

/** Forgets the kept answers in which any of `texts` is told. Encrypted ones tell nothing to anybody but their caller. */
export async function deleteAnswersTelling(
  { q, t: { idempotencyKeys: k } }: Tx,
  texts: readonly string[],
): Promise<Figures> {
  const telling = or(...texts.map((text) => contains(k.answer, text)))
  const rows = await q
    .delete(k)
    .where(and(like(k.answer, '{%'), telling))
    .returning({ answer: k.key })
  return countValues('idempotencyKeys', rows)
}
