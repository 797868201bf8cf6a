import type { RequestListener } from 'node:http'
// @ts-expect-error the provider brings no types
import { Provider } from 'oidc-provider'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { readConfig } from '../../src/platform/config/config.ts'
import type { Log } from '../../src/platform/observability/log.ts'
import { serveHttp } from '../support/http-server.ts'
import { type Saka, startSaka } from '../support/saka.ts'
import { cookieOf } from '../support/sign-in.ts'

const callback = 'https://saka.example.org/api/v1/session/oidc/callback'
const mapping = {
  'kits-desk': { role: 'coordinator' },
  'kits-audit': { role: 'auditor' },
  'kits-admin': { role: 'admin' },
}

/** A real provider on this machine, where everybody signs in as whom the form names; `people` are the claims of each. */
async function startProvider(t: Test, people: Record<string, Record<string, unknown>>) {
  let listener: RequestListener = (_request, response) => response.writeHead(503).end()
  const { origin: issuer } = await serveHttp(t, (request, response) => listener(request, response))
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'saka', client_secret: 'a secret of the two', redirect_uris: [callback] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'roles'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: ['of a test'] },
    findAccount: (_ctx: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
  })
  const open = () => {
    listener = provider.callback()
  }
  return { issuer, open }
}

/** Signs `login` in at the provider as a browser without scripts does, from `url` to the address that leads back to us. */
async function atProvider(url: string, login: string): Promise<string> {
  const jar = new Map<string, string>()
  let next = new URL(url)
  let body: URLSearchParams | undefined
  for (let step = 0; step < 12; step++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const init = body ? { method: 'POST', body } : {}
    const answer = await fetch(next, { ...init, redirect: 'manual', headers: { cookie } })
    for (const one of answer.headers.getSetCookie()) jar.set(...(one.split(';')[0]!.split(/=(.*)/) as [string, string]))
    const location = answer.headers.get('location')
    const page = await answer.text()
    body = undefined
    if (location) next = new URL(location, next)
    else {
      const [, prompt] = /name="prompt" value="(\w+)"/.exec(page) ?? []
      if (!prompt) throw new Error(page)
      body = new URLSearchParams({ prompt, login, password: 'any' })
    }
    if (next.href.startsWith(callback)) return next.href
  }
  throw new Error('the provider leads in circles')
}

/** Begins at ours, signs in at theirs, and what ours answers to who comes back. */
async function signIn({ stranger }: Saka, login: string, change = (url: string) => url) {
  const begun = await stranger.get('/session/oidc')
  const back = await atProvider(begun.headers.location!, login)
  const path = change(back).replace('https://saka.example.org/api/v1', '')
  const round = cookieOf(begun, '__Host-saka_oidc=')
  return { answer: await stranger.get(path, round), begun, path, round }
}

async function world(t: Test, people: Record<string, Record<string, unknown>>) {
  const provider = await startProvider(t, people)
  const env = {
    OIDC_ISSUER: provider.issuer,
    // The second factor of who comes from there is the provider’s to ask for.
    REQUIRE_SECOND_FACTOR: 'admin,coordinator,auditor',
    OIDC_CLIENT_ID: 'saka',
    OIDC_CLIENT_SECRET: 'a secret of the two',
    OIDC_ROLES: JSON.stringify(mapping),
  }
  const warnings: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => warnings.push(line) }) as unknown as Log
  return { provider, saka: await startSaka(t, { env, log }), warnings }
}

t.test('the service starts without its provider, and signs in by it once it is there', async (t) => {
  const { provider, saka } = await world(t, {
    maria: { email: 'Maria@example.org', name: 'Μαρία', roles: ['kits-desk'] },
  })
  const away = await saka.stranger.get('/session/oidc')
  t.match(away, { status: 503, json: { code: 'oidc_unavailable' }, headers: { 'retry-after': '60' } })
  provider.open()
  const { answer, begun, path, round } = await signIn(saka, 'maria')
  t.match(new URL(begun.headers.location!).searchParams.get('code_challenge_method'), 'S256')
  t.match(String(begun.headers['set-cookie']), /HttpOnly; Secure; SameSite=Lax/)
  t.match(answer, { status: 302, headers: { location: '/' } })
  const session = cookieOf(answer, '__Host-saka_session=')
  t.match(await saka.stranger.get('/me', session), {
    json: { kind: 'user', name: 'Μαρία', email: 'maria@example.org', roles: [{ role: 'coordinator' }] },
  })
  t.match(await saka.stranger.get(path, round), { status: 401, json: { code: 'oidc_refused' } }, 'a code is good once')
  await signIn(saka, 'maria')
  t.equal((await saka.api.get('/users')).json.items.length, 1, 'who comes again is the same user')
})

t.test('roles are those of the claim at each sign-in, and who has none is refused', async (t) => {
  const maria: Record<string, unknown> = { email: 'maria@example.org', name: 'Μαρία', roles: ['kits-audit', 'other'] }
  const { provider, saka } = await world(t, { maria })
  provider.open()
  await signIn(saka, 'maria')
  const user = async () => (await saka.api.get('/users')).json.items[0]
  t.same((await user()).roles, [{ role: 'auditor' }])
  maria.roles = 'kits-desk'
  await signIn(saka, 'maria')
  t.same((await user()).roles, [{ role: 'coordinator' }])
  for (const roles of [[], ['other'], 'constructor', undefined]) {
    maria.roles = roles
    t.match((await signIn(saka, 'maria')).answer, { status: 403, json: { code: 'oidc_no_role' } })
  }
  maria.roles = 'kits-desk'
  await saka.api.patch(`/users/${(await user()).id}`, { active: false })
  t.match(
    (await signIn(saka, 'maria')).answer,
    { status: 401, json: { code: 'oidc_refused' } },
    'an account that ended',
  )
  const refused = (await saka.api.get(`/audit/events?subjectId=${(await user()).id}&action=session.refused`)).json.items
  t.equal(refused.length, 5)
})

t.test('an account is not taken over by its e-mail address', async (t) => {
  const { provider, saka } = await world(t, { other: { email: 'maria@example.org', roles: ['kits-desk'] } })
  provider.open()
  await saka.api.made('/users', { email: 'maria@example.org', name: 'Μαρία', roles: [{ role: 'admin' }] })
  t.match((await signIn(saka, 'other')).answer, { status: 409, json: { code: 'email_taken' } })
  t.match((await saka.api.get('/users')).json.items, [{ roles: [{ role: 'admin' }] }])
})

t.test('who comes back with another’s state, without a cookie or too late is refused', async (t) => {
  const { provider, saka } = await world(t, { maria: { email: 'maria@example.org', roles: ['kits-desk'] } })
  provider.open()
  const refused = { status: 401, json: { code: 'oidc_refused' }, headers: { location: undefined } }
  t.match((await signIn(saka, 'maria', (url) => url.replace(/state=[^&]+/, 'state=forged'))).answer, refused)
  const begun = await saka.stranger.get('/session/oidc')
  const back = (await atProvider(begun.headers.location!, 'maria')).replace('https://saka.example.org/api/v1', '')
  t.match(await saka.stranger.get(back), refused)
  t.match(await saka.stranger.get(back, { cookie: '__Host-saka_oidc=nonsense' }), refused)
  const round = cookieOf(begun, '__Host-saka_oidc=')
  t.match(await saka.stranger.get('/session/oidc/callback?error=access_denied', round), refused)
  saka.clock.set('2023-09-11T06:40:00.000Z')
  t.match(await saka.stranger.get(back, round), refused, 'ten minutes are over')
  t.match((await saka.api.get('/users')).json.items, [])
  const events = (await saka.api.get('/audit/events?action=session.refused')).json.items
  t.match(events, [{ subjectId: 'unknown', change: { code: 'oidc_refused' } }], 'from one address it is told once')
})

t.test('the claim does not take the last administrator away', async (t) => {
  const maria: Record<string, unknown> = { email: 'maria@example.org', name: 'Μαρία', roles: ['kits-admin'] }
  const { provider, saka, warnings } = await world(t, { maria })
  provider.open()
  await signIn(saka, 'maria')
  const user = async () => (await saka.api.get('/users')).json.items[0]
  t.same((await user()).roles, [{ role: 'admin' }])
  maria.roles = 'kits-desk'
  for (let i = 0; i < 2; i++) t.match((await signIn(saka, 'maria')).answer, { status: 302 })
  t.same((await user()).roles, [{ role: 'coordinator' }, { role: 'admin' }])
  const kept = (await saka.api.get(`/audit/events?subjectId=${(await user()).id}&action=user.last_admin_kept`)).json
  t.match(kept.items[0], { actorKind: 'system', change: { given: [{ role: 'coordinator' }] } })
  t.equal(warnings.filter((line) => line.includes('last administrator')).length, 2)
  maria.roles = []
  t.match((await signIn(saka, 'maria')).answer, { status: 403 }, 'who has no role does not get in')
  t.match((await user()).roles, [{}, { role: 'admin' }], 'and is not demoted')
  await saka.api.made('/users', { email: 'nikos@example.org', name: 'Νίκος', roles: [{ role: 'admin' }] })
  maria.roles = 'kits-desk'
  await signIn(saka, 'maria')
  t.same((await user()).roles, [{ role: 'coordinator' }], 'with another one there it is the provider’s to say')
})

t.test('without a provider there is no such way in, and half a provider stops the start', async (t) => {
  const { stranger } = await startSaka(t)
  t.match(await stranger.get('/session/oidc'), { status: 404, json: { code: 'oidc_not_set_up' } })
  t.match(await stranger.get('/session/oidc/callback'), { status: 404 })
  const faults = (env: Record<string, string>) => t.throws(() => readConfig(env), { message: /OIDC_\w+.* must / })
  faults({ OIDC_ISSUER: 'https://login.city.example' })
  faults({ OIDC_ISSUER: 'http://login.city.example', OIDC_CLIENT_ID: 'saka', OIDC_CLIENT_SECRET: 'x' })
  for (const roles of ['[]', 'null', '{"a":1}', '{"a":{"role":"mayor"}}', '{"a":{"role":"school"}}', '{'])
    faults({ OIDC_ROLES: roles })
})
