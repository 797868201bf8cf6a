import { eq, max, sql } from 'drizzle-orm'
import pg from 'pg'
import t, { type Test } from 'tap'
import { openDeps } from '../../src/open-deps.ts'
import { insertRows } from '../../src/platform/db/index.ts'
import type { Tx } from '../../src/schema.ts'
import { postgresAlone } from '../support/engine.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { startSaka } from '../support/saka.ts'

const onPostgres = postgresAlone('SQLite has one writer, and no server')

/** A service on a server of its own, which may be killed. */
async function ownServer(t: Test) {
  const server = (await startPostgres({ durable: true }))!
  const saka = await startSaka(t, { env: { DATABASE_URL: `${server.url}/postgres`, DATABASE_CONNECTIONS: '5' } })
  t.teardown(() => server.stop())
  return { ...saka, server }
}

t.test('a replica gives the lists while it keeps up, and none that lacks what was stored', onPostgres, async (t) => {
  const server = (await startPostgres({ durable: true }))!
  const replica = (await startPostgres({ replicaOf: server }))!
  const of = ({ url }: { url: string }) => `${url}/postgres`
  const env = { DATABASE_URL: of(server), DATABASE_READ_URL: of(replica), DATABASE_CONNECTIONS: '5' }
  const { api, deps } = await startSaka(t, { env })
  t.teardown(() => Promise.all([server.stop(), replica.stop()]))
  const tell = new pg.Client(of(replica))
  await tell.connect()
  tell.on('error', () => {})
  t.teardown(() => tell.end())
  const codes = async () => (await api.get('/communities')).json.items.map(({ code }: { code: string }) => code)
  const isReplica = async () => (await deps.db.forLists()) !== deps.db.read

  await api.made('/communities', { code: 'A', name: 'Α΄' })
  while (!(await isReplica())) await new Promise((next) => setTimeout(next, 20))
  t.same(await codes(), ['A'])
  await tell.query('SELECT pg_wal_replay_pause()')
  await api.made('/communities', { code: 'B', name: 'Β΄' })
  t.equal(await isReplica(), false, 'it has stopped')
  t.same(await codes(), ['A', 'B'])
  const csv = await api.get('/communities', { accept: 'text/csv' })
  t.match(csv.text, /\nB,|,B,/)
  await tell.query('SELECT pg_wal_replay_resume()')
  while (!(await isReplica())) await new Promise((next) => setTimeout(next, 20))
  t.same(await codes(), ['A', 'B'])
  await replica.kill()
  t.equal(await isReplica(), false, 'it is gone')
  t.same(await codes(), ['A', 'B'])
})

/** Appends a row that is one more than the largest: wrong as soon as somebody comes between. */
async function append({ q, t: { auditMailings: m } }: Tx, id: string, meanwhile?: () => Promise<void>) {
  const [row] = await q.select({ largest: max(m.size) }).from(m)
  await meanwhile?.()
  await q.insert(m).values({ id, at: '2023-09-11T06:30:00.000Z', size: (row?.largest ?? 0) + 1, sent: true })
}

t.test('of many that look and then write at once each sees what those before have done', onPostgres, async (t) => {
  const { deps } = await startSaka(t)
  await Promise.all(Array.from({ length: 20 }, () => deps.db.transact((tx) => append(tx, deps.newId()))))
  const { q, t: tables } = deps.db.read
  const rows = await q.select({ size: tables.auditMailings.size }).from(tables.auditMailings)
  t.same(
    rows.map(({ size }) => size).sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, i) => i + 1),
  )
})

t.test('at read committed, who meets others at a row waits for it and is not run again', onPostgres, async (t) => {
  const { deps } = await startSaka(t)
  const id = deps.newId()
  await deps.db.transact((tx) => insertRows(tx, tx.t.communities, [{ id, code: 'A', name: 'Α΄' }]))
  let tries = 0
  const count = (tx: Tx) => {
    tries++
    const { q, t: tables } = tx
    return q
      .update(tables.communities)
      .set({ version: sql`${tables.communities.version} + 1` })
      .where(eq(tables.communities.id, id))
  }
  await Promise.all(
    Array.from({ length: 20 }, () =>
      deps.db.transact(async (tx) => void (await count(tx)), { isolation: 'read committed' }),
    ),
  )
  t.equal(tries, 20)
  const { q, t: tables } = deps.db.read
  t.match(await q.select().from(tables.communities), [{ version: 21 }])
})

t.test('one that others always come before gets a turn alone', onPostgres, async (t) => {
  const { deps } = await startSaka(t)
  let tries = 0
  let others: Promise<unknown> = Promise.resolve()
  await deps.db.transact(async (tx) => {
    tries++
    await append(tx, deps.newId(), async () => {
      others = deps.db.transact((other) => append(other, deps.newId()))
      // Alone, the other one waits until this one is done.
      if (tries < 5) await others
    })
  })
  await others
  t.equal(tries, 5)
  const { q, t: tables } = deps.db.read
  t.equal((await q.select().from(tables.auditMailings)).length, 6)
})

t.test('when the server dies, what is under way answers 503 and nothing is half done', onPostgres, async (t) => {
  const { api, server } = await ownServer(t)
  const answers: { code: string; status: number; json: any; retryAfter: string | undefined }[] = []
  let sent = 0
  let stop = false
  let killed = false
  const scanner = async () => {
    while (!stop) {
      const code = `C${sent++}`
      const { status, json, headers } = await api.post('/communities', { code, name: code })
      answers.push({ code, status, json, retryAfter: headers['retry-after'] })
      // Once: killing it again would end the one that is started next.
      if (!killed && answers.filter((one) => one.status === 201).length >= 30) {
        killed = true
        await server.kill()
      }
      if (status !== 201) await new Promise((next) => setTimeout(next, 20))
    }
  }
  const scanners = [scanner(), scanner(), scanner(), scanner(), scanner(), scanner()]
  while (answers.filter(({ status }) => status !== 201).length < 12) await new Promise((next) => setTimeout(next, 10))
  t.match(await api.get('/communities'), { status: 503, headers: { 'retry-after': /\d/ } }, 'so are those who read')
  t.equal((await api.get('//readyz')).status, 503)
  await server.start()
  const before = answers.length
  while (!answers.slice(before).some(({ status }) => status === 201)) await new Promise((next) => setTimeout(next, 10))
  stop = true
  await Promise.all(scanners)

  const refused = answers.filter(({ status }) => status !== 201)
  t.same([...new Set(refused.map(({ status }) => status))], [503])
  t.ok(refused.every(({ retryAfter }) => Number(retryAfter) > 0))
  const kept: string[] = (await api.get('/communities?limit=500')).json.items.map(({ code }: { code: string }) => code)
  const unknown = new Set(refused.filter(({ json }) => json.code === 'outcome_unknown').map(({ code }) => code))
  t.same(
    kept.filter((code) => !unknown.has(code)).sort(),
    answers
      .filter(({ status }) => status === 201)
      .map(({ code }) => code)
      .sort(),
    'what was acknowledged, and nothing that was refused',
  )
  const events = (await api.get('/audit/events?action=community.created&limit=500')).json.items
  t.equal(events.length, kept.length, 'each with its event')
})

t.test('a start that waits to migrate when the server dies says so and takes nothing down', onPostgres, async (t) => {
  const { deps, server } = await ownServer(t)
  const tell = new pg.Client(deps.config.databaseUrl)
  await tell.connect()
  tell.on('error', () => {})
  t.teardown(() => tell.end())
  await tell.query('SELECT pg_advisory_lock(7365707)')
  const starting = openDeps(deps.config, { clock: deps.clock, log: deps.log })
  const refused = t.rejects(starting, { message: /terminat/ })
  const waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory'"
  while ((await tell.query(waiting)).rowCount === 0) await new Promise((next) => setTimeout(next, 10))
  await server.kill()
  await refused
})

t.test('what an import fills is counted when it is done, not while nobody else sees it', onPostgres, async (t) => {
  const { deps, server } = await ownServer(t)
  const ask = new pg.Client(`${server.url}/postgres`)
  await ask.connect()
  t.teardown(() => ask.end())
  const counted = async () => {
    const { rows } = await ask.query("SELECT reltuples FROM pg_class WHERE relname = 'communities'")
    return rows[0].reltuples
  }
  const named = (name: string) => ({ id: deps.newId(), code: name, name })
  await deps.db.transact(async (tx) => {
    await insertRows(
      tx,
      tx.t.communities,
      Array.from({ length: 6000 }, (_, i) => named(`A${i}`)),
    )
    await deps.db.transact((other) => insertRows(other, other.t.communities, [named('B')]))
    t.ok((await counted()) < 6000)
  })
  t.equal(await counted(), 6001)
  await deps.db.transact((tx) => insertRows(tx, tx.t.communities, [named('C')]))
  t.equal(await counted(), 6001, 'a few more are not worth it')
})
