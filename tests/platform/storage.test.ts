import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import t, { type Test } from 'tap'
import { openDeps } from '../../src/open-deps.ts'
import { storageFault } from '../../src/platform/db/faults.ts'
import { insertFreeRows, insertRows, isUniqueViolation } from '../../src/platform/db/index.ts'
import { groupCommit } from '../../src/platform/db/sqlite/group-commit.ts'
import { fillDisk, makeRoom } from '../support/disk.ts'
import { engine, sqliteAlone } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startSaka } from '../support/saka.ts'
import { allSql, migrationsTable, runSql, runStatements } from '../support/sql.ts'

const onSqlite = sqliteAlone('it is about its file')

/** A database with one table, its group commit, and a look at every COMMIT before it happens. */
function rowsDatabase(
  t: Test,
  { together, beforeCommit = () => {} }: { together?: number; beforeCommit?: () => void } = {},
) {
  const folder = temporaryFolder(t)
  const connection = new Sqlite(join(folder, 'rows.db'))
  connection.pragma('journal_mode = WAL')
  connection.exec('CREATE TABLE rows (n INTEGER PRIMARY KEY)')
  const reader = new Sqlite(join(folder, 'rows.db'), { readonly: true })
  t.teardown(() => {
    connection.close()
    reader.close()
  })
  let commits = 0
  const prepare = connection.prepare.bind(connection)
  connection.prepare = ((source: string) => {
    const statement = prepare(source)
    if (source !== 'COMMIT') return statement
    const commit = () => {
      beforeCommit()
      commits++
      return statement.run()
    }
    return { run: commit }
  }) as typeof connection.prepare
  const transact = groupCommit(connection, undefined, together)
  const insert = prepare('INSERT INTO rows VALUES (?)')
  return {
    transact,
    insert,
    add: (n: number) => transact(async () => void insert.run(n)),
    committed: () => (reader.prepare('SELECT n FROM rows ORDER BY n').all() as { n: number }[]).map(({ n }) => n),
    commits: () => commits,
  }
}

t.test('fifty commands at once share commits, and the one that fails undoes itself alone', async (t) => {
  const { transact, insert, add, committed, commits } = rowsDatabase(t)
  const failing = (n: number) =>
    transact(async () => {
      insert.run(n)
      throw new Error(`${n} fails`)
    })
  const work = Array.from({ length: 50 }, (_, n) => (n === 20 ? failing(n) : add(n)))
  const results = await Promise.allSettled(work)
  t.same(
    results.flatMap((result, n) => (result.status === 'rejected' ? [n] : [])),
    [20],
  )
  t.same(
    committed(),
    Array.from({ length: 50 }, (_, n) => n).filter((n) => n !== 20),
  )
  t.equal(commits(), 1)
})

t.test('what is kept instead of a command that fails is kept before the next begins, and fails alone', async (t) => {
  for (const others of [true, false]) {
    const { transact, insert, committed, commits } = rowsDatabase(t)
    const failing = (n: number, compensate: (error: unknown) => Promise<void>) =>
      transact(async () => {
        insert.run(n)
        throw new Error(`${n} fails`)
      }, compensate)
    const half = failing(1, async () => void insert.run(10))
    const after = others && [
      transact(async () => void insert.run(11)),
      failing(2, async () => {
        insert.run(20)
        throw new Error('and so does what was to be kept')
      }),
      transact(async () => void insert.run(21)),
    ]
    const results = await Promise.allSettled([half, ...(after || [])])
    t.match(results, [
      { reason: { message: '1 fails' } },
      ...(after ? [{ status: 'fulfilled' }, { reason: { message: /^and so does/ } }, { status: 'fulfilled' }] : []),
    ])
    t.same(committed(), others ? [10, 11, 21] : [10])
    t.equal(commits(), 1, 'in one commit')
  }
})

t.test('what a failing command had done before it failed is undone', async (t) => {
  const saka = await startSaka(t)
  const { deps, api } = saka
  const half = deps.db.transact(async ({ q, t }) => {
    await q.insert(t.communities).values({ id: deps.newId(), code: 'HALF', name: 'Μισή' })
    throw new Error('and then it fails')
  })
  const whole = api.post('/communities', { code: 'A', name: 'Α΄' })
  await t.rejects(half, { message: 'and then it fails' })
  t.match(await whole, { status: 201 })
  t.same(
    (await api.get('/communities')).json.items.map(({ code }: { code: string }) => code),
    ['A'],
  )
})

t.test('of many rows those whose place is taken are left out, and the others are there', async (t) => {
  const { deps } = await startSaka(t)
  const named = (code: string) => ({ id: deps.newId(), code, name: code })
  await deps.db.transact((tx) => insertRows(tx, tx.t.communities, [named('A7'), named('A70')]))
  const rows = Array.from({ length: 100 }, (_, i) => named(`A${i}`))
  const inserted = await deps.db.transact((tx) => insertFreeRows(tx, tx.t.communities, rows))
  t.same(
    rows.filter(({ id }) => !inserted.has(id)).map(({ code }) => code),
    ['A7', 'A70'],
  )
  const { q, t: tables } = deps.db.read
  t.equal((await q.select({ id: tables.communities.id }).from(tables.communities)).length, 100)
})

t.test('nobody is answered before the commit', async (t) => {
  let answered = 0
  const atCommit: number[] = []
  const { add, committed } = rowsDatabase(t, { together: 10, beforeCommit: () => atCommit.push(answered) })
  const seen = await Promise.all(
    Array.from({ length: 30 }, (_, n) =>
      add(n).then(() => {
        answered++
        return committed().includes(n)
      }),
    ),
  )
  t.same(atCommit, [0, 10, 20], 'each group is answered after its own commit')
  t.ok(seen.every(Boolean), 'and what was answered is there for others to read')
})

t.test('when the commit itself fails, all who shared it are refused and nothing is stored', async (t) => {
  let broken = true
  const beforeCommit = () => {
    if (broken) throw Object.assign(new Error('disk full'), { code: 'SQLITE_FULL' })
  }
  const { add, committed } = rowsDatabase(t, { beforeCommit })
  const results = await Promise.allSettled([add(1), add(2)])
  t.match(results, [
    { status: 'rejected', reason: { code: 'storage_unavailable', status: 503 } },
    { status: 'rejected', reason: { code: 'storage_unavailable', status: 503 } },
  ])
  t.same(committed(), [])
  broken = false
  await add(3)
  t.same(committed(), [3])
})

t.test('a queue that grows without end is refused', async (t) => {
  const { transact } = rowsDatabase(t)
  const waiting = Array.from({ length: 10_000 }, () => transact(async () => {}))
  await t.rejects(
    transact(async () => {}),
    { code: 'overloaded', status: 503, members: { retryAfter: 5 } },
  )
  await Promise.all(waiting)
  await transact(async () => {})
})

t.test('a lock that another process holds is a reason to come again, not a fault of ours', async (t) => {
  t.match(storageFault({ code: 'SQLITE_BUSY' }), { code: 'overloaded', status: 503 })
  t.match(storageFault({ cause: { code: 'SQLITE_IOERR_WRITE' } }), { code: 'storage_unavailable' })
  const other = new Error('other')
  t.equal(storageFault(other), other)
})

t.test('readers see what is committed and nothing else, and cannot write', async (t) => {
  const { deps } = await startSaka(t)
  const { read } = deps.db
  const codes = async () => (await read.q.select().from(read.t.communities)).map(({ code }) => code)
  await deps.db.transact(async ({ q, t: tables }) => {
    await q.insert(tables.communities).values({ id: deps.newId(), code: 'A', name: 'Α΄' })
    t.same(await codes(), [], 'not before the commit')
  })
  t.same(await codes(), ['A'])
  await t.rejects(runSql(read, 'DELETE FROM communities'), {
    cause: { code: engine === 'sqlite' ? 'SQLITE_READONLY' : '25006' },
  })
})

t.test('a full disk is a clear 503, loses nothing, and is over when there is room again', async (t) => {
  const { deps, api } = await startSaka(t)
  await api.made('/communities', { code: 'A', name: 'Α΄' })
  await fillDisk(deps)
  const large = (code: string) => ({ code, name: 'Κοινότητα'.repeat(20), nameLatin: 'Community'.repeat(20) })

  const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => api.post('/communities', large(`L${i}`))))
  const refused = answers.filter(({ status }) => status === 503)
  t.ok(refused.length > 0)
  for (const answer of refused)
    t.match(answer, {
      headers: { 'retry-after': '60', 'content-type': 'application/problem+json' },
      json: { code: 'storage_unavailable', requestId: String },
    })
  const stored = (await api.get('/communities?limit=500')).json.items.map(({ code }: { code: string }) => code)
  const acknowledged = answers.flatMap(({ status, json }) => (status === 201 ? [json.code] : []))
  t.same(stored.sort(), ['A', ...acknowledged].sort(), 'what was acknowledged, and nothing that was refused')
  t.match(await api.get('//readyz'), { status: 200 }, 'reading goes on')

  await makeRoom(deps)
  t.match(await api.post('/communities', large('Z')), { status: 201 })
})

t.test('a database made by a newer version is refused, and left as it is', async (t) => {
  const { deps } = await startSaka(t)
  const migrations = () => allSql(deps.db.read, `SELECT created_at FROM ${migrationsTable}`)
  await runStatements(deps, `INSERT INTO ${migrationsTable} (hash, created_at) VALUES ('of tomorrow', 99999999999999)`)
  const before = await migrations()
  await t.rejects(openDeps(deps.config, { clock: deps.clock, log: deps.log }), { message: /made by a newer version/ })
  t.same(await migrations(), before)
  await t.rejects(deps.check(), 'nor is it said to be ready')
})

t.test('the service is not ready while its tables are not', async (t) => {
  const { deps, stranger } = await startSaka(t)
  t.match(await stranger.get('//healthz'), { status: 200, json: { status: 'alive' } })
  t.match(await stranger.get('//readyz'), { status: 200, json: { database: 'ready' } })
  await runStatements(deps, `DELETE FROM ${migrationsTable}`)
  t.match(await stranger.get('//readyz'), { status: 503, headers: { 'retry-after': '5' }, json: { code: 'not_ready' } })
  t.match(await stranger.get('//healthz'), { status: 200 })
})

t.test('nobody but its owner reads the database', onSqlite, async (t) => {
  const { folder } = await startSaka(t)
  for (const name of readdirSync(folder).filter((file) => file.startsWith('saka.db'))) {
    t.equal(statSync(join(folder, name)).mode & 0o077, 0, name)
  }
})

t.test('the log is cut again after a long transaction, and emptied for good', onSqlite, async (t) => {
  const { deps } = await startSaka(t)
  const logSize = () => statSync(`${deps.config.databaseFile}-wal`).size
  const mebibytes = 1024 * 1024
  await runStatements(
    deps,
    'CREATE TABLE filling (bytes BLOB)',
    `INSERT INTO filling VALUES (zeroblob(${50 * mebibytes}))`,
  )
  t.ok(logSize() > 50 * mebibytes)
  await runStatements(deps, 'DELETE FROM filling WHERE false', 'INSERT INTO filling VALUES (zeroblob(1))')
  t.ok(logSize() <= 16 * mebibytes, 'with the next commit')
  await deps.truncateWal()
  t.equal(logSize(), 0)
})

t.test('what was done behind a savepoint is undone when it throws, and the transaction goes on', async (t) => {
  const { deps } = await startSaka(t)
  const { newId } = deps
  await deps.db.transact(async (tx) => {
    const add = (code: string) => insertRows(tx, tx.t.communities, [{ id: newId(), code, name: code }])
    await add('A')
    const refused = tx.savepoint(async () => {
      await add('B')
      await add('A')
    })
    t.ok(await refused.then(() => false, isUniqueViolation))
    t.equal(await tx.savepoint(async () => add('C').then(() => 'done')), 'done')
    await add('D')
  })
  const { q, t: tables } = deps.db.read
  const kept = await q.select({ code: tables.communities.code }).from(tables.communities)
  t.same(kept.map(({ code }) => code).sort(), ['A', 'C', 'D'])
})
