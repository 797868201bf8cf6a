import { join } from 'node:path'
import t, { type Test } from 'tap'
import { offerSetUp } from '../../src/identity/index.ts'
import { startProcess, stopProcess } from '../support/process.ts'
import { type Saka, startSaka } from '../support/saka.ts'
import { until } from '../support/until.ts'

const first = { email: 'Maria@Example.org', name: 'Μαρία', password: 'θάλασσα μολύβι ποδήλατο' }
const credentials = { email: 'maria@example.org', password: first.password }

/** Sends the form of the set-up page behind `link`. */
function send({ stranger }: Saka, link: string | undefined, fields: Partial<typeof first> = {}) {
  const form = { ...first, repeat: fields.password ?? first.password, ...fields }
  const path = String(link).replace('https://saka.example.org', '/')
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return stranger.call('POST', path, new URLSearchParams(form).toString(), headers)
}

t.test('the first administrator is made by a link that is good once', async (t) => {
  const saka = await startSaka(t)
  const link = await offerSetUp(saka.deps)
  t.match(link, /^https:\/\/saka\.example\.org\/welcome\/saka_link_/)
  t.match(await saka.stranger.get(link!.replace('https://saka.example.org', '/')), { text: /Ο πρώτος διαχειριστής/ })
  t.match(await send(saka, link, { email: 'nobody' }), { status: 422, text: /id="email-fault" role="alert"/ })
  t.match(await send(saka, link, { name: ' ' }), {
    status: 422,
    text: /value="Maria@Example\.org"[\s\S]*id="name-fault"/,
  })
  t.match(await send(saka, link, { password: 'Μαρία Μαρία 2023' }), { status: 422, text: /από το όνομα/ })
  t.match(await send(saka, link), { status: 200 })
  t.match(await send(saka, link), { status: 404 })
  t.match(await saka.stranger.post('/session', credentials), { status: 201 })
  t.match((await saka.api.get('/users')).json.items, [{ name: 'Μαρία', roles: [{ role: 'admin' }] }])
  t.equal(await offerSetUp(saka.deps), undefined, 'whoever comes later is offered nothing')
})

t.test('of two who set up at once one wins', async (t) => {
  const saka = await startSaka(t)
  const link = await offerSetUp(saka.deps)
  const both = await Promise.all([send(saka, link), send(saka, link, { email: 'b@example.org' })])
  t.same(both.map(({ status }) => status).sort(), [200, 404])
  t.equal((await saka.api.get('/users')).json.items.length, 1)
})

t.test('the link is good for nothing once there is a user, and a newer one ends it', async (t) => {
  const saka = await startSaka(t)
  const older = await offerSetUp(saka.deps)
  const newer = await offerSetUp(saka.deps)
  t.match(await send(saka, older), { status: 404 })
  await saka.api.made('/users', { email: 'b@example.org', name: 'Β', roles: [{ role: 'admin' }] })
  t.match(await send(saka, newer), { status: 404 })
})

/** Starts the service as an operator does, and answers where the set-up link leads that it logs. */
async function started(t: Test, databaseFile: string) {
  const service = await startProcess({ DATABASE_URL: `file:${databaseFile}` })
  t.teardown(() => service.child.kill('SIGKILL'))
  const link = () => service.log.find(({ setUpLink }) => setUpLink)?.setUpLink
  await until('it offers a link', link)
  const { pathname } = new URL(String(link()))
  return { service, page: `${service.address}${pathname}`, path: pathname }
}

t.test('the start prints the link, and a restart another', async (t) => {
  const database = join(t.testdir(), 'saka.db')
  const before = await started(t, database)
  t.equal((await fetch(before.page)).status, 200)
  await stopProcess(before.service)
  const after = await started(t, database)
  t.equal((await fetch(after.page)).status, 200)
  t.equal((await fetch(after.page.replace(after.path, before.path))).status, 404)
})
