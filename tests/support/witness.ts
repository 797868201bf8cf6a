import type Sqlite from 'better-sqlite3'
import { getTableColumns, getTableName } from 'drizzle-orm'
import { type Db, postgresSchema, type Tx } from '../../src/schema.ts'
import { engine } from './engine.ts'
import { allSql, runSql } from './sql.ts'

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
  if (engine === 'sqlite') await db.transact(async (tx) => watch(connectionOf(tx)))
  return {
    ...db,
    transact: (work, options = {}) => {
      const { compensate } = options
      return db.transact((tx) => witness(tx, work), {
        ...options,
        ...(compensate && {
          compensate: (tx: Tx, error: unknown) => witness(tx, (watched) => compensate(watched, error)),
        }),
      })
    },
  }
}

async function witness<Result>(tx: Tx, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  if (engine === 'sqlite') connectionOf(tx).exec('DELETE FROM changed_tables')
  const result = await work(tx)
  await checkChanges(tx)
  return result
}

async function checkChanges(tx: Tx): Promise<void> {
  const changed = await changedTables(tx)
  const records = changed.filter((name) => !withoutEvent.has(name) && !ofTheTrail.test(name))
  if (records.length === 0 || records.includes('audit_events')) return
  throw new Error(`${records.join(', ')} changed without an event`)
}

async function changedTables(tx: Tx): Promise<string[]> {
  if (engine === 'sqlite')
    return connectionOf(tx).prepare('SELECT name FROM changed_tables ORDER BY name').pluck().all() as string[]
  const [row] = await allSql<{ names: string | null }>(tx, "SELECT current_setting('saka.changed', true) AS names")
  return (row!.names ?? '').split(' ').filter(Boolean)
}

const connectionOf = ({ q }: Tx) => (q as unknown as { $client: Sqlite.Database }).$client

let triggers: string | undefined

/** Triggers of this connection alone, which leave no trace in the file. */
function watch(connection: Sqlite.Database): void {
  triggers ??= triggersFor(connection)
  connection.exec(triggers)
}

function triggersFor(connection: Sqlite.Database): string {
  const statements = ['CREATE TEMP TABLE IF NOT EXISTS changed_tables (name TEXT PRIMARY KEY)']
  const tables = connection
    .prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'")
    .pluck()
    .all() as string[]
  for (const name of tables.filter((table) => !table.startsWith('sqlite_'))) {
    const columns = connection.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(name) as string[]
    const differs = telling(columns)
      .map((column) => `OLD."${column}" IS NOT NEW."${column}"`)
      .join(' OR ')
    for (const [change, when] of [
      ['INSERT', '1'],
      ['UPDATE', differs],
      ['DELETE', '1'],
    ]) {
      statements.push(
        `CREATE TEMP TRIGGER IF NOT EXISTS witness_${name}_${change} AFTER ${change} ON main."${name}" WHEN ${when} BEGIN
          INSERT INTO changed_tables SELECT '${name}' WHERE NOT EXISTS (SELECT 1 FROM changed_tables WHERE name = '${name}');
        END`,
      )
    }
  }
  return statements.join(';\n')
}

/** The same on PostgreSQL, once for the database that all tests get copies of. What changed is a setting that ends with the transaction. */
export async function watchTemplate(db: Db): Promise<void> {
  await db.transact(async (tx) => {
    await runSql(
      tx,
      `CREATE FUNCTION witness() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE names text := coalesce(current_setting('saka.changed', true), '');
        BEGIN
          IF position(' ' || TG_TABLE_NAME || ' ' IN names) = 0 THEN
            PERFORM set_config('saka.changed', names || ' ' || TG_TABLE_NAME || ' ', true);
          END IF;
          RETURN NULL;
        END $$`,
    )
    for (const table of Object.values(postgresSchema)) {
      const name = getTableName(table)
      const columns = Object.values(getTableColumns(table) as Record<string, { name: string }>).map((one) => one.name)
      const differs = telling(columns)
        .map((column) => `OLD."${column}" IS DISTINCT FROM NEW."${column}"`)
        .join(' OR ')
      await runSql(
        tx,
        `CREATE TRIGGER witness AFTER INSERT OR DELETE ON "${name}" FOR EACH ROW EXECUTE FUNCTION witness()`,
      )
      await runSql(
        tx,
        `CREATE TRIGGER witness_update AFTER UPDATE ON "${name}" FOR EACH ROW WHEN (${differs}) EXECUTE FUNCTION witness()`,
      )
    }
  })
}

const telling = (columns: string[]) => columns.filter((column) => !notes.includes(column))
