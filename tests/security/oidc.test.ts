import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { engine } from '../support/engine.ts'
import { serveHttp } from '../support/http-server.ts'
import { type Answer, startSaka } from '../support/saka.ts'
import { afterASecond, cookieOf } from '../support/sign-in.ts'
import { textOfPostgres } from '../support/sql.ts'

const secret = 'a secret of the two'
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const strangers = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** A token with these claims, signed as its header says. */
function token(
  claims: object,
  { key = keys.privateKey, ...header }: { key?: KeyObject; alg?: string; [name: string]: unknown } = {},
): string {
  const head = { alg: 'RS256', kid: 'ours', typ: 'JWT', ...header }
  const text = `${encoded(head)}.${encoded(claims)}`
  if (head.alg === 'none') return `${text}.`
  if (head.alg === 'HS256') return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`
}

/** A provider that says what a test wants it to say, and a service that believes in it. */
async function forger(t: Test, { issuer: claimed, moved = false }: { issuer?: string; moved?: boolean } = {}) {
  let idToken = ''
  const { origin: issuer } = await serveHttp(t, (request, response) => {
    const answers: Record<string, object> = {
      '/.well-known/openid-configuration': {
        issuer: claimed ?? issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      },
      '/jwks': { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'ours' }] },
      '/token': { access_token: 'of-nobodys-business', token_type: 'Bearer', id_token: idToken },
    }
    answers['/moved'] = answers['/.well-known/openid-configuration']!
    const known = !(moved && request.url !== '/moved')
    response.writeHead(known ? 200 : 302, { 'content-type': 'application/json', ...(!known && { location: '/moved' }) })
    response.end(JSON.stringify(answers[request.url!] ?? {}))
  })
  const roles = JSON.stringify({ desk: { role: 'coordinator' } })
  const env = { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: 'saka', OIDC_CLIENT_SECRET: secret, OIDC_ROLES: roles }
  const saka = await startSaka(t, { env })
  const now = Math.floor(Date.now() / 1000)
  /** Signs in with what the provider makes of the claims of a good token. */
  async function comeBack(make: (claims: Record<string, unknown>) => string): Promise<Answer> {
    const begun = await saka.stranger.get('/session/oidc')
    const asked = new URL(begun.headers.location!).searchParams
    const person = { sub: 'maria', email: 'maria@example.org', roles: 'desk' }
    const token = { iss: issuer, aud: 'saka', iat: now, exp: now + 300, nonce: asked.get('nonce') }
    idToken = make({ ...person, ...token })
    return saka.stranger.get(`/session/oidc/callback?code=any&state=${asked.get('state')}`, cookieOf(begun))
  }
  return { saka, comeBack, now, issued: () => idToken }
}

t.test('a token of the provider lets in, and none that is another’s, old, or for somebody else', async (t) => {
  const { comeBack, now, saka } = await forger(t)
  t.equal((await comeBack((claims) => token(claims))).status, 302, 'a good one')
  const wrong: Record<string, (claims: Record<string, unknown>) => string> = {
    'of another issuer': (claims) => token({ ...claims, iss: 'https://login.other.example' }),
    'for another client': (claims) => token({ ...claims, aud: 'another' }),
    'for many, and given to another': (claims) => token({ ...claims, aud: ['saka', 'another'], azp: 'another' }),
    'that has run out': (claims) => token({ ...claims, iat: now - 600, exp: now - 300 }),
    'without an end': ({ exp: _, ...claims }) => token(claims),
    'not yet good': (claims) => token({ ...claims, nbf: now + 3600 }),
    'of another question': (claims) => token({ ...claims, nonce: 'another' }),
    'of no question': ({ nonce: _, ...claims }) => token(claims),
    'of nobody': ({ sub: _, ...claims }) => token(claims),
    'that nobody signed': (claims) => token(claims, { alg: 'none' }),
    'signed with what both know': (claims) => token(claims, { alg: 'HS256' }),
    'signed with another key': (claims) => token(claims, { key: strangers.privateKey }),
    'that brings its own key': (claims) =>
      token(claims, { key: strangers.privateKey, kid: undefined, jwk: strangers.publicKey.export({ format: 'jwk' }) }),
    'that says where its key is': (claims) =>
      token(claims, { key: strangers.privateKey, kid: 'theirs', jku: 'https://keys.other.example' }),
    'that was changed': (claims) => {
      const [head, , signature] = token(claims).split('.')
      return [head, encoded({ ...claims, sub: 'somebody else' }), signature].join('.')
    },
  }
  for (const [what, make] of Object.entries(wrong)) t.equal((await comeBack(make)).status, 401, what)
  t.equal((await saka.api.get('/users')).json.items.length, 1)
})

t.test('a provider whose metadata names another is not asked', async (t) => {
  const { saka } = await forger(t, { issuer: 'https://login.other.example' })
  t.match(await saka.stranger.get('/session/oidc'), { status: 503, json: { code: 'oidc_unavailable' } })
})

t.test('a provider that has moved is not followed', async (t) => {
  const { saka } = await forger(t, { moved: true })
  t.match(await saka.stranger.get('/session/oidc'), { status: 503, json: { code: 'oidc_unavailable' } })
})

t.test(
  'what the provider gives stays with us: the browser gets a session of our own, the database nothing',
  async (t) => {
    const { comeBack, issued, saka } = await forger(t)
    const answer = await comeBack((claims) => token(claims))
    const sent = `${answer.text} ${JSON.stringify(answer.headers)}`
    t.match(sent, /saka_session_[\w-]{43}/)
    const [, claims, signature] = issued().split('.') as [string, string, string]
    const database =
      engine === 'postgres'
        ? await textOfPostgres(saka.deps)
        : readFileSync(join(saka.folder, 'saka.db-wal')).toString('latin1')
    t.match(database, 'maria@example.org')
    for (const kept of ['of-nobodys-business', claims, signature]) {
      t.notOk(sent.includes(kept), 'not sent on')
      t.notOk(database.includes(kept), 'not kept')
    }
  },
)

t.test('a session by the provider lasts as long as any other, and ends where it is ended', async (t) => {
  const { comeBack, saka } = await forger(t)
  const { stranger, api, clock } = saka
  const session = async () => cookieOf(await comeBack((claims) => token(claims)), '__Host-saka_session=')
  const [idle, ended] = [await session(), await session()]
  t.match(await stranger.get('/me', idle), { status: 200 })
  const [{ id }] = (await api.get('/users')).json.items
  t.match(await api.delete(`/users/${id}/sessions`), { status: 204 })
  t.match(await stranger.get('/me', ended), { status: 401 }, 'an administrator ends it')
  const left = await session()
  clock.set('2023-09-11T07:30:00.000Z')
  afterASecond(t, 60_000)
  t.match(await stranger.get('/me', left), { status: 401 }, 'an hour without use ends it')
})
