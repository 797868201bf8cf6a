import { and, eq } from 'drizzle-orm'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { UserRow } from '../repository.ts'

/** The user whom a provider knows by `subject`. */
export async function findUserBySubject(
  { q, t }: Reader,
  issuer: string,
  subject: string,
): Promise<UserRow | undefined> {
  const [row] = await q
    .select({ user: t.users })
    .from(t.oidcSubjects)
    .innerJoin(t.users, eq(t.users.id, t.oidcSubjects.userId))
    .where(and(eq(t.oidcSubjects.issuer, issuer), eq(t.oidcSubjects.subject, subject)))
  return row?.user
}

/** Records the subject by which a provider knows a user. */
export async function insertSubject({ q, t }: Tx, subject: Tables['oidcSubjects']['$inferInsert']): Promise<void> {
  await q.insert(t.oidcSubjects).values(subject)
}
