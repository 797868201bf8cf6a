import Sqlite from 'better-sqlite3'

// Below a hundred: where V8 sees that many of a kind survive a minor collection it makes the rest of them long-lived, and
// memory grows until a major one.
const atOnce = 64

/**
 * A store for one import: a temporary database of SQLite's own, in memory while it is small, then in a file that has no
 * name, so that not even a crash leaves it behind. Memory does not grow with the number of rows.
 */
export function openStaging<Item extends object>() {
  const store = new Sqlite('')
  store.pragma('journal_mode = OFF')
  store.pragma('synchronous = OFF')
  store.pragma('cache_size = -4096')
  store.exec('CREATE TABLE keys (key TEXT PRIMARY KEY, "row" INTEGER NOT NULL) WITHOUT ROWID')
  store.exec('CREATE TABLE chunks (id INTEGER PRIMARY KEY, items TEXT NOT NULL)')
  const take = store.prepare('INSERT INTO keys VALUES (?, ?) ON CONFLICT DO NOTHING')
  const taken = store.prepare<[string], number>('SELECT "row" FROM keys WHERE key = ?').pluck()
  const put = store.prepare('INSERT INTO chunks (items) VALUES (?)')
  const every = store.prepare<[], string>('SELECT items FROM chunks ORDER BY id').pluck()
  let fields: string[] = []
  let waiting: unknown[][] = []
  // One transaction for all: it is never committed, for nobody else ever reads it.
  store.exec('BEGIN')

  function flush(): void {
    if (waiting.length > 0) put.run(JSON.stringify(waiting))
    waiting = []
  }

  function toItem(values: unknown[]): Item {
    return Object.fromEntries(fields.map((field, i) => [field, values[i]])) as Item
  }

  return {
    /** Takes `key` for `row`; answers the row that has taken it before, if one has. */
    claim: (key: string, row: number): number | undefined =>
      take.run(key, row).changes > 0 ? undefined : taken.get(key),
    /** Puts an item behind the others: plain data, with the same fields in the same order as the first. */
    keep(item: Item): void {
      if (fields.length === 0) fields = Object.keys(item)
      // Values alone: half the size, and so half the time, of records.
      waiting.push(Object.values(item))
      if (waiting.length >= atOnce) flush()
    },
    /** Says that there are no more items. */
    finish: flush,
    /** The items in the order they came, some dozens at a time; can be read again. */
    *chunks(): Generator<Item[]> {
      for (const items of every.iterate()) yield (JSON.parse(items) as unknown[][]).map(toItem)
    },
    close: () => void store.close(),
  }
}
