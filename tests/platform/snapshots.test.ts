import t from 'tap'
import { openDeps } from '../../src/open-deps.ts'
import { postgresAlone } from '../support/engine.ts'
import { startSaka } from '../support/saka.ts'

const onPostgres = postgresAlone('SQLite has one process')

t.test('a snapshot stays as it was while others write, and what it writes itself is there for them', async (t) => {
  const { deps, api } = await startSaka(t)
  const { db } = deps
  const codes = async ({ q, t }: typeof db.read) => (await q.select().from(t.communities)).map(({ code }) => code)
  await api.made('/communities', { code: 'A', name: 'Α΄' })
  await db.snapshot('test', async (books) => {
    t.same(await codes(books), ['A'])
    await api.made('/communities', { code: 'B', name: 'Β΄' })
    t.same(await codes(db.read), ['A', 'B'], 'nobody waits for it')
    t.same(await codes(books), ['A'])
    await t.rejects(async () => books.q.delete(books.t.communities), 'it cannot be written to')
  })
  t.same(await db.snapshot('test', codes), ['A', 'B'], 'the next one sees it')
})

t.test('snapshots have their turns, and one that fails ends its own alone', async (t) => {
  const { deps } = await startSaka(t)
  const order: string[] = []
  const take = (name: string, work = async () => {}) =>
    deps.db.snapshot('test', async ({ q, t }) => {
      order.push(`${name} begins`)
      await q.select().from(t.communities)
      await work()
      order.push(`${name} ends`)
    })
  const failing = async () => {
    throw new Error('it fails')
  }
  const [first, second, third] = await Promise.allSettled([take('1'), take('2', failing), take('3')])
  t.match(
    [first, second, third],
    [{ status: 'fulfilled' }, { reason: { message: 'it fails' } }, { status: 'fulfilled' }],
  )
  t.same(order, ['1 begins', '1 ends', '2 begins', '3 begins', '3 ends'])
})

t.test('of several processes one has a turn at a time, and another turn waits for none', onPostgres, async (t) => {
  const { deps } = await startSaka(t)
  const [other, third] = await Promise.all(
    [1, 2].map(() => openDeps(deps.config, { clock: deps.clock, log: deps.log })),
  )
  const order: string[] = []
  let waiting: Promise<unknown> = Promise.resolve()
  await deps.db.snapshot('one', async () => {
    waiting = other!.db.snapshot('one', async () => order.push('the second'))
    await third!.db.snapshot('another', async () => order.push('another'))
    order.push('the first')
  })
  await waiting
  t.same(order, ['another', 'the first', 'the second'])
  await Promise.all([other!.close(), third!.close()])
})

t.test('who waits longer for a turn than a statement may is told to come again, and has it', onPostgres, async (t) => {
  const { deps } = await startSaka(t)
  const { clock, log } = deps
  const hasty = await openDeps({ ...deps.config, databaseSeconds: 1 }, { clock, log })
  t.teardown(() => hasty.close())
  const take = () => hasty.db.snapshot('one', async () => 'had it')
  await deps.db.snapshot('one', () =>
    t.rejects(take(), { code: 'overloaded', status: 503, members: { retryAfter: 5 } }),
  )
  t.equal(await take(), 'had it')
})
