import { createHash } from 'node:crypto'
import type { CopyEndpoint, CopyLock, CopySession, CopyTable, Value } from '../platform/db/index.ts'
import type { Tables } from '../schema.ts'

/** How many rows a table has, and what they come to: SHA-256 over all of them in the order of the key, in hexadecimal digits. */
export interface Sum {
  rows: number
  checksum: string
}

/** What was found in a table on both sides of a copy. */
export interface CopiedTable {
  name: string
  from: Sum
  to: Sum
}

/** Whether both sides have the same rows. */
export const isSame = ({ from, to }: CopiedTable): boolean => from.rows === to.rows && from.checksum === to.checksum

/**
 * Puts the rows of one database in the place of another's and reads them back there. Both are read in batches, never as a whole. Whoever
 * finds them the same, in every table, commits.
 */
export async function copyRows(
  from: CopySession<Tables>,
  into: CopySession<Tables>,
  { tables }: Pick<CopyEndpoint<Tables>, 'tables'>,
): Promise<CopiedTable[]> {
  const read = new Map<string, Sum>()
  await into.fill(async (insert) => {
    for (const table of tables) {
      const sum = startSum()
      for await (const rows of from.rows(table)) {
        sum.add(rows)
        await insert(table, rows)
      }
      read.set(table.name, sum.end())
    }
  })
  const copied: CopiedTable[] = []
  for (const table of tables)
    copied.push({ name: table.name, from: read.get(table.name)!, to: await sumOf(into, table) })
  return copied
}

/** Opens `from` to be read under a lock and has `work` fill `to` from it; what that did not commit is undone. */
export async function refillFrom<Result>(
  from: CopyEndpoint<Tables>,
  lock: CopyLock,
  to: CopyEndpoint<Tables>,
  work: (source: CopySession<Tables>, target: CopySession<Tables>) => Promise<Result>,
): Promise<Result> {
  const source = await from.openSession(lock)
  try {
    return await to.refill((target) => work(source, target))
  } finally {
    await source.close()
  }
}

async function sumOf(side: CopySession<Tables>, table: CopyTable): Promise<Sum> {
  const sum = startSum()
  for await (const rows of side.rows(table)) sum.add(rows)
  return sum.end()
}

function startSum() {
  const hash = createHash('sha256')
  let count = 0
  return {
    add: (rows: Value[][]) => {
      count += rows.length
      for (const row of rows) hash.update(`${JSON.stringify(row, written)}\n`)
    },
    end: (): Sum => ({ rows: count, checksum: hash.digest('hex') }),
  }
}

/** Bytes in hexadecimal digits. A buffer comes here as what its `toJSON` made of it. */
function written(_key: string, value: unknown): unknown {
  const bytes = (value as { type?: string; data?: number[] } | null) ?? {}
  return bytes.type === 'Buffer' ? { hex: Buffer.from(bytes.data!).toString('hex') } : value
}
