import t from 'tap'
import { browse } from '../support/browser.ts'
import { admin, adminEnv } from '../support/sign-in.ts'

const phone = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const

t.test('a browser registers a passkey and signs in by it; a copy of the authenticator is found out', async (t) => {
  const browsed = await browse(t, { env: adminEnv })
  if (!browsed) return
  const { saka, origin, context } = browsed
  const page = await context.newPage()
  await page.goto(`${origin}/welcome/none`)
  const devtools = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options: phone })

  /** A call from a page of the service, as a page that signs in would make it. */
  const call = (method: string, path: string, body?: object) =>
    page.evaluate(
      async ([method, path, body]) => {
        const init = body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}
        const answer = await fetch(`/api/v1${path}`, { method, ...init })
        const text = await answer.text()
        return { status: answer.status, json: text ? JSON.parse(text) : undefined }
      },
      [method, path, body] as const,
    )
  const create = (options: any) =>
    page.evaluate(async (options) => {
      const { PublicKeyCredential, navigator } = globalThis as any
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
      return (await navigator.credentials.create({ publicKey })).toJSON()
    }, options)
  const get = (options: any) =>
    page.evaluate(async (options) => {
      const { PublicKeyCredential, navigator } = globalThis as any
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
      return (await navigator.credentials.get({ publicKey })).toJSON()
    }, options)
  const begin = async (email?: string) =>
    (await call('POST', '/session/passkey/options', email && ({ email } as any))).json
  const signIn = async (email?: string) => call('POST', '/session/passkey', { response: await get(await begin(email)) })

  t.match(await call('POST', '/session', admin), { status: 201 })
  const begun = await call('POST', '/me/passkeys/options')
  t.match(begun, { status: 201, json: { rp: { id: 'localhost' } } })
  const options = begun.json
  const made = await call('POST', '/me/passkeys', { name: 'Chromium', response: await create(options) })
  t.match(made, { status: 201, json: { name: 'Chromium', transports: ['internal'] } })
  await t.rejects(create((await call('POST', '/me/passkeys/options')).json), /InvalidState/, 'nor twice on one device')
  t.match(await call('DELETE', '/session'), { status: 204 })
  t.match(await call('GET', '/me'), { status: 401 })

  for (const email of [undefined, admin.email]) {
    t.match(await signIn(email), { status: 201 })
    t.match(await call('GET', '/me'), { status: 200, json: { email: admin.email } })
    t.match(await call('DELETE', '/session'), { status: 204 })
  }

  const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId })
  const [copied] = credentials as [(typeof credentials)[number]]
  t.match(await signIn(), { status: 201 })
  await devtools.send('WebAuthn.removeCredential', { authenticatorId, credentialId: copied.credentialId })
  await devtools.send('WebAuthn.addCredential', { authenticatorId, credential: { ...copied, signCount: 0 } })
  t.match(await signIn(), { status: 401, json: { code: 'passkey_refused' } })
  const events = (await saka.api.get('/audit/events?action=session.refused')).json.items
  t.match(events, [{ change: { reason: 'counter_went_back' } }])

  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await t.rejects(get(await begin()), /NotAllowed/, 'nobody is asked for nothing')
})
