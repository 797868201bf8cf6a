import type { Columns } from '../../db/index.ts'

/** What was answered to each idempotency key, so that a replay answers the same. */
export const idempotencyTables = (c: Columns) => ({
  idempotencyKeys: c.table(
    'idempotency_keys',
    {
      /** Whose key it is: two callers may use the same text. */
      credential: c.text('credential').notNull(),
      key: c.text('key').notNull(),
      /** SHA-256 of method, address and body. */
      fingerprint: c.text('fingerprint').notNull(),
      /** Null while the first request is still running. */
      status: c.int('status'),
      answer: c.text('answer'),
      contentType: c.text('content_type'),
      /** Until when the process that runs the first request answers for it; null once it is answered. */
      leasedUntil: c.instant('leased_until'),
      createdAt: c.instant('created_at').notNull(),
    },
    (t) => [c.primaryKey({ columns: [t.credential, t.key] }), c.index('idempotency_keys_created_at').on(t.createdAt)],
  ),
})
