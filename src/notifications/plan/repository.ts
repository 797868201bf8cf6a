import { and, eq } from 'drizzle-orm'
import type { Reader, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { defaultPlan, type ReminderPlan } from './rules.ts'

/** The reminder plan of a campaign; the default one where nobody has made another. */
export async function getPlan({ q, t }: Reader, campaignId: Id): Promise<ReminderPlan> {
  const p = t.reminderPlans
  return (await q.select().from(p).where(eq(p.campaignId, campaignId)))[0] ?? defaultPlan(campaignId)
}

/** Puts a plan in the place of the one of version `from`; false when that is no longer the campaign's. */
export async function replacePlan({ q, t }: Tx, plan: Omit<ReminderPlan, 'version'>, from: number): Promise<boolean> {
  const p = t.reminderPlans
  const next = { ...plan, version: from + 1 }
  if (from === 0) {
    const added = await q.insert(p).values(next).onConflictDoNothing().returning({ version: p.version })
    return added.length > 0
  }
  const isThat = and(eq(p.campaignId, plan.campaignId), eq(p.version, from))
  return (await q.update(p).set(next).where(isThat).returning({ version: p.version })).length > 0
}

/** The campaigns whose reminders go out. */
export async function listOpenCampaigns({ q, t }: Reader): Promise<Id[]> {
  const c = t.campaigns
  const rows = await q.select({ id: c.id }).from(c).where(eq(c.status, 'open')).orderBy(c.id)
  return rows.map(({ id }) => id)
}
