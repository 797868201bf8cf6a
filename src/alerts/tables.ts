import type { Columns } from '../platform/db/index.ts'
import type { Role } from '../shared/actor.ts'

/** The situations that staff are alerted of, and the alerts. */
export const alertTables = (c: Columns) => ({
  situations: c.table(
    'situations',
    {
      /** What kind of thing it is, and in which campaign if in one. */
      topic: c.text('topic').notNull(),
      matter: c.text('matter').notNull(),
      state: c.text('state').notNull(),
      since: c.instant('since').notNull(),
      /** When staff were told; null while there was nobody who could be. */
      toldAt: c.instant('told_at'),
    },
    // Found by two at once, it is still one.
    (t) => [c.primaryKey({ columns: [t.topic, t.matter] })],
  ),
  notices: c.table('notices', {
    id: c.id('id').primaryKey(),
    topic: c.text('topic').notNull(),
    role: c.word<Role>('role').notNull(),
    subject: c.text('subject').notNull(),
    /** Of figures and places; of nobody. */
    text: c.text('text').notNull(),
    createdAt: c.instant('created_at').notNull(),
  }),
})
