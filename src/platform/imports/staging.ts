import Sqlite from 'better-sqlite3'

const atOnce = 500

/** Where the good rows of a file wait until all of it has been read. */
export interface Staging<Item> {
  /** Takes `key` for `row`; answers the row that has taken it before, if one has. */
  claim(key: string, row: number): number | undefined
  /** Puts an item, which is plain data, behind the others. */
  keep(item: Item): void
  /** The items in the order they came, some hundreds at a time; can be read again. */
  chunks(): Iterable<Item[]>
  close(): void
}

/**
 * A store for one import: a temporary database of SQLite's own, in memory while it is small, then in a file that has no
 * name, so that not even a crash leaves it behind. Memory does not grow with the number of rows.
 */
export function openStaging<Item>(): Staging<Item> {
  const store = new Sqlite('')
  store.pragma('journal_mode = OFF')
  store.pragma('synchronous = OFF')
  store.exec('CREATE TABLE keys (key TEXT PRIMARY KEY, "row" INTEGER NOT NULL) WITHOUT ROWID')
  store.exec('CREATE TABLE chunks (id INTEGER PRIMARY KEY, items TEXT NOT NULL)')
  const take = store.prepare('INSERT INTO keys VALUES (?, ?) ON CONFLICT DO NOTHING')
  const taken = store.prepare<[string], number>('SELECT "row" FROM keys WHERE key = ?').pluck()
  const put = store.prepare('INSERT INTO chunks (items) VALUES (?)')
  const every = store.prepare<[], string>('SELECT items FROM chunks ORDER BY id').pluck()
  let waiting: Item[] = []
  // One transaction for all: it is never committed, for nobody else ever reads it.
  store.exec('BEGIN')

  function flush(): void {
    if (waiting.length > 0) put.run(JSON.stringify(waiting))
    waiting = []
  }

  return {
    claim: (key, row) => (take.run(key, row).changes > 0 ? undefined : taken.get(key)),
    keep: (item) => {
      waiting.push(item)
      if (waiting.length >= atOnce) flush()
    },
    chunks: function* () {
      flush()
      for (const items of every.iterate()) yield JSON.parse(items) as Item[]
    },
    close: () => store.close(),
  }
}
