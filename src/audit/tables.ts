import type { Columns } from '../platform/db/index.ts'

/** The trail. Append-only: triggers refuse every change and deletion. */
export const auditTables = (c: Columns) => ({
  auditEvents: c.table(
    'audit_events',
    {
      id: c.id('id').primaryKey(),
      at: c.instant('at').notNull(),
      actorKind: c.text('actor_kind').notNull(),
      actorId: c.text('actor_id').notNull(),
      action: c.text('action').notNull(),
      subjectId: c.text('subject_id').notNull(),
      change: c.json<Record<string, unknown>>('change').notNull(),
      requestId: c.text('request_id'),
    },
    (t) => [c.index('audit_events_subject').on(t.subjectId), c.index('audit_events_actor').on(t.actorId, t.id)],
  ),
})
