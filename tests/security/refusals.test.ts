import t from 'tap'
import { busyCampaign, callRoute } from '../support/busy-campaign.ts'
import { writtenContract } from '../support/contract.ts'
import { nameOf, routesOf } from '../support/routes.ts'
import { type Saka, startSaka } from '../support/saka.ts'
import { maria, signIn } from '../support/sign-in.ts'
import { sourceFiles, textOf } from '../support/sources.ts'
import { until } from '../support/until.ts'

/** What was refused to whom, once there are so many. It is written behind the answer. */
async function refusals({ api }: Saka, atLeast: number) {
  let items: any[] = []
  await until(`${atLeast} are written`, async () => {
    items = (await api.get('/audit/events?action=access.refused')).json.items
    return items.length >= atLeast
  })
  return items.map(({ actorId, change }) => [actorId, change])
}

const byAction = ([, a]: any, [, b]: any) => (a.action < b.action ? -1 : 1)

t.test(
  'who tries what their role does not include is in the trail, once for each thing in a quarter of an hour',
  async (t) => {
    let now = performance.now()
    t.intercept(performance, 'now', { value: () => now })
    const saka = await startSaka(t)
    const auditor = await saka.as({ role: 'auditor' })
    const { id } = (await auditor.get('/me')).json
    for (let i = 0; i < 20; i++) {
      t.match(await auditor.post('/users', { email: `${i}@example.org`, name: 'x', roles: [] }), { status: 403 })
      t.match(await auditor.post('/warehouses', { name: 'x' }), { status: 403, json: { action: 'place:write' } })
    }
    const told = [
      [id, { code: 'not_allowed', action: 'place:write' }],
      [id, { code: 'not_allowed', action: 'user:write' }],
    ]
    t.same((await refusals(saka, 2)).sort(byAction), told)
    now += 15 * 60_000
    await auditor.post('/warehouses', { name: 'x' })
    t.same((await refusals(saka, 3)).sort(byAction), [told[0], ...told], 'and again a quarter of an hour later')
  },
)

t.test('a change that another site makes somebody’s browser send is in the trail', async (t) => {
  const saka = await startSaka(t)
  const { api, stranger } = saka
  const { id } = await api.made('/users', { ...maria, name: 'Μαρία', roles: [{ role: 'coordinator' }] })
  const session = await signIn(stranger, maria)
  const origin = 'https://evil.example.org'
  t.match(await stranger.post('/warehouses', { name: 'x' }, { ...session, origin }), { status: 403 })
  t.same(await refusals(saka, 1), [[id, { code: 'foreign_origin' }]])
})

t.test('nobody is signed in but by the ways that are told of', async (t) => {
  const files = sourceFiles('src')
  const calling = (name: string) =>
    files.filter((file) => new RegExp(`(?<!function )\\b${name}\\(`).test(textOf(file))).sort()
  t.same(calling('insertSession'), ['src/identity/sessions/use-cases.ts'])
  t.same(
    calling('startSession'),
    ['oidc/use-cases', 'passkeys/sign-in', 'sessions/use-cases'].map((name) => `src/identity/${name}.ts`),
  )
  const told = textOf('docs/security/threat-model.md')
  for (const way of ['a passkey', "the municipality's provider", 'password', 'a link', 'an API key'])
    t.match(told, `\n| ${way}`, way)

  const { saka, callers, mine } = await busyCampaign(t)
  const document = writtenContract()
  const starting: string[] = []
  for (const route of routesOf(document)) {
    for (const caller of [saka.stranger, callers.admin]) {
      const { headers } = await callRoute(document, caller, route, { ids: mine })
      if (/session=saka_session_/.test(String(headers['set-cookie']))) starting.push(nameOf(route))
    }
  }
  t.same(starting, [])
})
