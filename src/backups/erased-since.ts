import { type Erasing, type Forgotten, type ForgottenAgain, forgetAgain, listForgotten } from '../privacy/index.ts'
import { countOf } from '../shared/plurals.ts'
import type { BackupEngine } from './engine.ts'

/** What had been erased since a backup was made and was erased in it too, and what is left to do, in sentences. */
export type ErasedSince = Omit<ForgottenAgain, 'unknown'> & { toDo: string[] }

const askAgain = 'Ask for it again, from whoever keeps such requests (POST /erasure-requests).'

/**
 * Erases in a loaded backup, with `deps`, what was erased in the database whose place it is to take: a backup must not bring back what
 * somebody asked to be forgotten (GDPR, article 17).
 */
export async function eraseSince(engine: BackupEngine, deps: Erasing): Promise<ErasedSince> {
  const nothing = { children: 0, campaigns: 0, stopped: 0 }
  const asked = 'What guardians asked to be erased since this backup was made'
  if (!(await engine.holdsSomething()))
    return { ...nothing, toDo: [`${asked}, where another database was in use, is not erased here. ${askAgain}`] }
  const forgotten = await readForgotten(engine)
  if (!forgotten)
    return { ...nothing, toDo: [`${asked} is there again: the former database cannot be read. ${askAgain}`] }
  const { unknown, ...done } = await forgetAgain(deps, forgotten)
  return { ...done, toDo: unknown.length > 0 ? [unknownOnes(unknown)] : [] }
}

/** What was erased in the database that is there; undefined where it cannot be read: it is broken, or of a version that knew less. */
async function readForgotten(engine: BackupEngine): Promise<Forgotten | undefined> {
  try {
    const former = await engine.openFormer()
    try {
      return await listForgotten(former.tx)
    } finally {
      await former.close()
    }
  } catch {
    return undefined
  }
}

function unknownOnes(ids: string[]): string {
  const children = countOf(ids.length, 'child', 'children')
  return `Guardians asked to be erased of ${children} that this backup does not know: ${ids.join(', ')} (enrollments of the former database). Once a school’s file brings them again, ask again (POST /erasure-requests).`
}
