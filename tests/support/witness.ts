import type Sqlite from 'better-sqlite3'
import type { Db, Tx } from '../../src/schema.ts'

/**
 * What may change without an event: the answers kept for replays say nothing that the command's own event does not, and a
 * refused scan changes nothing but the list of attempts, which is a trail itself. So is the list of runs. A challenge is a
 * question; what comes of it is the event.
 * That staff are told of a situation is an event; that it is there is the event of something else.
 */
const withoutEvent = new Set(['idempotency_keys', 'job_runs', 'passkey_challenges', 'scans', 'situations', 'tasks'])
/** The trail's own seals, nodes, checkpoints and mailings are made of events. */
const ofTheTrail = /^audit_(?!events$)/
/** When a secret was last good for something, and how many scans wait on a device, is no change of state. */
const notes = ['last_used_at', 'last_seen_at', 'pending_scans']

/**
 * The same database under a witness: a transaction that changed a record and wrote no event throws and is undone. Whatever
 * a test does over HTTP is watched, so a use case that forgets its event fails every test that reaches it.
 */
export async function witnessed(db: Db): Promise<Db> {
  await db.transact(async (tx) => watch(connectionOf(tx)))
  return {
    ...db,
    transact: (work, instead) =>
      db.transact(
        (tx) => witness(tx, () => work(tx)),
        instead && ((tx, error) => witness(tx, () => instead(tx, error))),
      ),
  }
}

async function witness<Result>(tx: Tx, work: () => Promise<Result>): Promise<Result> {
  const connection = connectionOf(tx)
  connection.exec('DELETE FROM changed_tables')
  const result = await work()
  const changed = connection.prepare('SELECT name FROM changed_tables ORDER BY name').pluck().all() as string[]
  const records = changed.filter((name) => !withoutEvent.has(name) && !ofTheTrail.test(name))
  if (records.length === 0 || records.includes('audit_events')) return result
  throw new Error(`${records.join(', ')} changed without an event`)
}

const connectionOf = ({ q }: Tx) => (q as unknown as { $client: Sqlite.Database }).$client

/** Triggers of this connection alone, which leave no trace in the file. */
function watch(connection: Sqlite.Database): void {
  connection.exec('CREATE TEMP TABLE IF NOT EXISTS changed_tables (name TEXT PRIMARY KEY)')
  const tables = connection
    .prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'")
    .pluck()
    .all() as string[]
  for (const name of tables.filter((table) => !table.startsWith('sqlite_'))) {
    const columns = connection.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(name) as string[]
    const telling = columns.filter((column) => !notes.includes(column))
    const differs = telling.map((column) => `OLD."${column}" IS NOT NEW."${column}"`).join(' OR ')
    for (const [change, when] of [
      ['INSERT', '1'],
      ['UPDATE', differs],
      ['DELETE', '1'],
    ]) {
      connection.exec(
        `CREATE TEMP TRIGGER IF NOT EXISTS witness_${name}_${change} AFTER ${change} ON main."${name}" WHEN ${when} BEGIN
          INSERT INTO changed_tables SELECT '${name}' WHERE NOT EXISTS (SELECT 1 FROM changed_tables WHERE name = '${name}');
        END`,
      )
    }
  }
}
