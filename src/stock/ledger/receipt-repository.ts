import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Instant } from '../../shared/time.ts'

/** Goods in from a supplier. */
export type Receipt = Tables['receipts']['$inferSelect']

/** Adds a receipt. */
export async function insertReceipt({ q, t }: Tx, receipt: Tables['receipts']['$inferInsert']): Promise<Receipt> {
  return (await q.insert(t.receipts).values(receipt).returning())[0]!
}

/** Notes that a receipt was a mistake. */
export async function markReceiptReversed({ q, t }: Tx, id: Id, reversedAt: Instant): Promise<void> {
  await q.update(t.receipts).set({ reversedAt }).where(eq(t.receipts.id, id))
}

/** What a campaign's receipts cost, in cents; those that were reversed cost nothing. */
export async function spentCents({ q, t }: Reader, campaignId: Id): Promise<number> {
  const [row] = await q
    .select({ cents: sql<number>`coalesce(sum(${t.receipts.quantity} * ${t.receipts.unitCostCents}), 0)` })
    .from(t.receipts)
    .where(and(eq(t.receipts.campaignId, campaignId), isNull(t.receipts.reversedAt)))
  return row!.cents
}
