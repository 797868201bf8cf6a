import t from 'tap'
import { browse } from '../support/browser.ts'
import { startRedis } from '../support/redis-server.ts'
import { collectRoutes } from '../support/routes.ts'
import { startSaka } from '../support/saka.ts'
import { admin, adminEnv } from '../support/sign-in.ts'

const redis = await startRedis(t)
if (!redis)
  t.test('on Redis', { skip: 'redis-server is not here: install it, or name it in REDIS_SERVER' }, async () => {})

if (redis) {
  t.test('an administrator looks at the queues in a browser, and can change nothing there', async (t) => {
    const browsed = await browse(t, { env: { ...adminEnv, REDIS_URL: redis.url } })
    if (!browsed) return
    const { origin, context } = browsed
    t.equal((await context.request.post(`${origin}/api/v1/session`, { data: admin })).status(), 201)
    const page = await context.newPage()
    const faults: string[] = []
    const elsewhere: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    page.on('request', (request) => request.url().startsWith(origin) || elsewhere.push(request.url()))
    await page.goto(`${origin}/api/v1/queues/queue/clock`)
    await page.getByText('clock').first().waitFor()
    await page.waitForLoadState('networkidle')
    t.same(faults, [], 'it runs under the policy of the service')
    t.same(elsewhere, [], 'it asks nobody else')
    const changing = page.getByRole('button', { name: /pause|retry|add|obliterate|empty|promote|clean|remove/i })
    t.equal(await changing.count(), 0)
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/queue-board.png` })
  })

  t.test('no route of it is open to anybody but administrators, and none changes anything', async (t) => {
    let saka = undefined as unknown as Awaited<ReturnType<typeof startSaka>>
    const routes = await collectRoutes(async () => {
      saka = await startSaka(t, { env: { REDIS_URL: redis.url } })
    })
    const ofBoard = routes.filter(({ url }) => url.startsWith('/api/v1/queues'))
    t.ok(ofBoard.length > 10, 'the routes were found')
    const coordinator = await saka.as({ role: 'coordinator' })
    const auditor = await saka.as({ role: 'auditor' })
    for (const { method, url } of ofBoard) {
      const path = `/${url.replace(':queueName', 'clock').replace(/:\w+/g, 'x')}`
      const name = `${method} ${url}`
      t.match(await saka.stranger.call(method, path), { status: 401 }, name)
      t.match(await coordinator.call(method, path), { status: 403 }, name)
      t.match(await auditor.call(method, path), { status: 403 }, name)
      t.equal(method, 'GET', name)
    }
  })

  t.test('while Redis is away it says so at once', async (t) => {
    const { api } = await startSaka(t, { env: { REDIS_URL: redis.url } })
    await redis.kill()
    const began = performance.now()
    t.match(await api.get('/queues/api/queues'), { status: 503, json: { code: 'redis_away' } })
    t.ok(performance.now() - began < 20_000)
    t.match(await api.get('//readyz'), { status: 200 }, 'and the service goes on')
    await redis.start()
  })
}

t.test('without Redis there is no board', async (t) => {
  const { api } = await startSaka(t, { env: { REDIS_URL: '' } })
  t.match(await api.get('/queues'), { status: 404 })
})
