import type { Tx } from '../../../schema.ts'

/**
 * How work outside the transaction happens once for its key, even where its process ends between what it does and what it
 * answers: it notes in the transaction of its last change what it has done, and whoever tries again finds that.
 */
export interface Once {
  /** What an earlier try has noted. */
  done: string | undefined
  note(tx: Tx, done: string): Promise<void>
}
