import t from 'tap'
import { openLog } from '../../src/platform/observability/log.ts'
import { plusMilliseconds } from '../../src/shared/time.ts'
import { firstMorning, type Saka, startSaka } from '../support/saka.ts'
import { cookieOf, nowhere } from '../support/sign-in.ts'

const maria = { email: 'maria@example.org', name: 'Μαρία' }
const password = 'θάλασσα μολύβι ποδήλατο'
const hour = 60 * 60_000

/** Opens and posts the page of a link as a browser does that runs no script. */
function browser({ stranger }: Saka, link: string) {
  const path = link.replace('https://saka.example.org', '/')
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString()
  return {
    open: () => stranger.get(path),
    send: (text: string, repeat = text) =>
      stranger.call('POST', path, form({ password: text, repeat }), {
        'content-type': 'application/x-www-form-urlencoded',
      }),
  }
}

t.test('a new user sets a password by the link of an invitation, once', async (t) => {
  const saka = await startSaka(t)
  const { api, stranger, deps } = saka
  const { id } = await api.made('/users', { ...maria, roles: [] })
  const made = await api.made(`/users/${id}/invitation`)
  t.match(made, { link: /^https:\/\/saka\.example\.org\/welcome\/saka_link_[\w-]{43}$/ })
  t.equal(made.expiresAt, plusMilliseconds(firstMorning, 72 * hour))
  const rows = await deps.db.read.q.select().from(deps.db.read.t.oneTimeLinks)
  t.notMatch(JSON.stringify(rows), /saka_link_/, 'only a hash is kept')

  const page = browser(saka, made.link)
  t.match(await page.open(), { status: 200, text: /maria@example\.org/ })
  t.match(await page.open(), { status: 200 }, 'looking uses nothing up')
  const answers = await Promise.all([page.send(password), page.send(password)])
  t.same(answers.map(({ status }) => status).sort(), [200, 404], 'of two at once one is first')
  t.match(await page.open(), { status: 404 })
  t.match(await stranger.post('/session', { email: maria.email, password }), { status: 201 })
  t.match(await api.post(`/users/${id}/invitation`), { status: 409, json: { code: 'password_set' } })
  const actions = (await api.get(`/audit/events?subjectId=${id}`)).json.items.map(({ action }: any) => action)
  t.same(actions, ['session.started', 'user.password_set', 'invitation.made', 'user.created'])
})

t.test('a reset ends every session and the old password, and not before it is used', async (t) => {
  const saka = await startSaka(t)
  const { api, stranger } = saka
  const before = { email: maria.email, password: 'correct horse battery' }
  const { id } = await api.made('/users', { ...before, name: maria.name, roles: [] })
  const signedIn = await stranger.post('/session', before)
  const { cookie } = cookieOf(signedIn)
  const older = browser(saka, (await api.made(`/users/${id}/password-reset`)).link)
  const newer = browser(saka, (await api.made(`/users/${id}/password-reset`)).link)
  t.match(await older.open(), { status: 404 }, 'a new link ends the older')
  t.match(await stranger.get('/me', { cookie }), { status: 200 })
  t.match(await newer.send(password), { status: 200 })
  t.intercept(Date, 'now', { value: () => Number.MAX_SAFE_INTEGER })
  t.match(await stranger.get('/me', { cookie }), { status: 401 })
  t.match(await stranger.post('/session', before), { status: 401 })
  t.match(await stranger.post('/session', { email: maria.email, password }), { status: 201 })
})

t.test('a link runs out, an invitation after three days and a reset after an hour', async (t) => {
  const saka = await startSaka(t)
  const { api, clock } = saka
  const { id } = await api.made('/users', { ...maria, roles: [] })
  for (const [noun, hours] of [
    ['invitation', 72],
    ['password-reset', 1],
  ] as const) {
    clock.set(firstMorning)
    const page = browser(saka, (await api.made(`/users/${id}/${noun}`)).link)
    clock.set(plusMilliseconds(firstMorning, hours * hour - 1))
    t.match(await page.open(), { status: 200 }, noun)
    clock.set(plusMilliseconds(firstMorning, hours * hour))
    t.match(await page.open(), { status: 404 }, noun)
    t.match(await page.send(password), { status: 404 }, noun)
  }
})

t.test('only administrators make links, for accounts that have not ended', async (t) => {
  const saka = await startSaka(t)
  const { api } = saka
  const { id } = await api.made('/users', { ...maria, roles: [] })
  const page = browser(saka, (await api.made(`/users/${id}/invitation`)).link)
  const coordinator = await saka.as({ role: 'coordinator' })
  await api.patch(`/users/${id}`, { active: false })
  t.match(await page.open(), { status: 404 })
  t.match(await page.send(password), { status: 404 })
  for (const noun of ['invitation', 'password-reset']) {
    t.match(await coordinator.post(`/users/${id}/${noun}`), { status: 403 })
    t.match(await api.post(`/users/${nowhere}/${noun}`), { status: 404 })
    t.match(await api.post(`/users/${id}/${noun}`), { status: 409, json: { code: 'user_inactive' } })
  }
})

t.test('the page says what is wrong with a password, in Greek and in English, and keeps the link', async (t) => {
  const saka = await startSaka(t)
  const { api, stranger } = saka
  const { id } = await api.made('/users', { ...maria, roles: [] })
  const { link } = await api.made(`/users/${id}/invitation`)
  const page = browser(saka, link)
  const refused = await page.send('σύντομος')
  t.match(refused, { status: 422, text: /role="alert">Ο κωδικός είναι σύντομος/ })
  t.match(refused.text, /<title>Σφάλμα: /)
  t.match(refused.text, /aria-describedby="password-hint password-fault" aria-invalid="true" autofocus/)
  t.notMatch(refused.text, 'σύντομος"', 'a password is never sent back')
  t.match(await page.send(password, `${password}!`), { status: 422, text: /id="repeat-fault" role="alert">Οι δύο/ })
  t.match(await page.send('x'.repeat(60_000)), { status: 413 })
  t.match(await page.send('λέξη '.repeat(41)), { status: 422, text: /έως 200/ })
  t.match(await page.send(''), { status: 422 })
  const english = await stranger.get(`${link.replace('https://saka.example.org', '/')}?lang=en`)
  t.match(english.text, /<html lang="en">[\s\S]*<label for="password">Password<\/label>/)
  t.match(await page.send(password), { status: 200 }, 'the link is still good')
})

t.test('a link leaks to no other site, no cache and no log', async (t) => {
  const lines: string[] = []
  const saka = await startSaka(t, { log: openLog('trace', { write: (line: string) => void lines.push(line) }) })
  const { api, stranger } = saka
  const { id } = await api.made('/users', { ...maria, roles: [] })
  const { link } = await api.made(`/users/${id}/invitation`)
  for (const answer of [await browser(saka, link).open(), await stranger.get('//welcome/saka_link_nonsense')]) {
    t.match(answer.headers, {
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
    })
    t.match(answer.headers['content-security-policy'], "form-action 'self'")
    t.notMatch(answer.text, /<script|style=|saka_link_/)
  }
  await browser(saka, link).send(password)
  t.match(lines.join(''), 'POST /welcome/:token')
  t.notMatch(lines.join(''), /saka_link_|θάλασσα|maria@/)
})
