import t from 'tap'
import {
  listOpenVersions,
  openDiscrepancy,
  openFindings,
  resolveGone,
  resolveMatters,
} from '../../src/discrepancies/index.ts'
import type { Finding } from '../../src/discrepancies/rules.ts'
import { systemActor } from '../../src/identity/index.ts'
import { anotherCampaign, type OpenCampaign } from '../support/campaign.ts'
import { startSaka } from '../support/saka.ts'

const service = await startSaka(t)

const missing: Finding = {
  code: 'missing_in_transit',
  severity: 'warning',
  matter: 'shipment-1',
  detail: 'Of 25 kits dispatched 2 have not arrived.',
  expected: 25,
  actual: 23,
  records: [{ type: 'shipment', id: 'shipment-1' }],
}

/** Reports `missing`, changed by `change`, as a use case does the moment that it happens. */
const report = ({ deps, campaign }: OpenCampaign, change: Partial<Finding> = {}) =>
  deps.db.transact((tx) => openDiscrepancy(deps, tx, systemActor, { ...missing, ...change, campaignId: campaign.id }))

const listOf = async ({ api, campaign }: OpenCampaign, query = '') =>
  (await api.get(`/campaigns/${campaign.id}/discrepancies${query}`)).json.items

const eventsOf = async ({ api }: OpenCampaign, id: string) =>
  (await api.get(`/audit/events?subjectId=${id}`)).json.items.map((event: { action: string }) => event.action)

t.test('the same matter found again is the same discrepancy, with the latest figures', async (t) => {
  const saka = await anotherCampaign(service)
  const id = await report(saka)
  t.equal(await report(saka), id)
  t.same(await eventsOf(saka, id), ['discrepancy.opened'], 'found unchanged, it is no news')
  t.equal(await report(saka, { actual: 24 }), id)
  t.same(await eventsOf(saka, id), ['discrepancy.refreshed', 'discrepancy.opened'])
  t.match(await listOf(saka), [
    { id, status: 'open', expected: 25, actual: 24, records: missing.records, ownerId: null },
  ])
  t.not(await report(saka, { matter: 'shipment-2' }), id, 'another matter is another discrepancy')
  t.not(await report(saka, { code: 'in_transit' }), id, 'another code is another discrepancy')
})

t.test('of two reports of one matter at the same moment one discrepancy comes', async (t) => {
  const saka = await anotherCampaign(service)
  const ids = await Promise.all([report(saka), report(saka), report(saka)])
  t.equal(new Set(ids).size, 1)
  t.equal((await listOf(saka)).length, 1)
})

t.test(
  'what a run finds together is opened as if one by one, what was known before and what comes twice too',
  async (t) => {
    const saka = await anotherCampaign(service)
    const { deps, campaign } = saka
    const known = await report(saka)
    const findings = [
      { ...missing, actual: 22 },
      ...Array.from({ length: 600 }, (_, i) => ({ ...missing, matter: `lost-${i}` })),
      { ...missing, matter: 'lost-599', actual: 21 },
    ]
    const about = { campaignId: campaign.id }
    const ids = await deps.db.snapshot('test', (books) => openFindings(deps, books, systemActor, findings, about))
    t.equal(ids[0], known)
    t.equal(ids[600], ids[601])
    t.equal(new Set(ids).size, 601)
    t.same(await eventsOf(saka, known), ['discrepancy.refreshed', 'discrepancy.opened'])
    t.same(await eventsOf(saka, ids[1]!), ['discrepancy.opened'])
    t.same(await eventsOf(saka, ids[600]!), ['discrepancy.refreshed', 'discrepancy.opened'])
    t.match(await listOf(saka, '?limit=1'), [{ id: known, actual: 22, records: missing.records }])
  },
)

t.test('what was opened or changed after the books were read is newer than what they say, and stays', async (t) => {
  const saka = await anotherCampaign(service)
  const { deps, api, campaign } = saka
  const [answered, gone, still] = [
    await report(saka),
    await report(saka, { matter: 'gone' }),
    await report(saka, { matter: 'still' }),
  ]
  const of = ['missing_in_transit'] as const
  const found = await deps.db.snapshot('test', async (books) => {
    const open = await listOpenVersions(books, campaign.id, [...of])
    await api.patch(`/discrepancies/${answered}`, { resolution: 'Two kits were found in the van' })
    await api.patch(`/discrepancies/${gone}`, { ownerId: null, resolution: 'Written off' })
    const opened = await report(saka, { matter: 'new', actual: 3 })
    const findings = [
      { ...missing, actual: 1 },
      { ...missing, matter: 'new', actual: 2 },
    ]
    t.same(await openFindings(deps, books, systemActor, findings, { campaignId: campaign.id }), [answered, opened])
    const settled = open.filter(({ id }) => id !== answered)
    await resolveGone(deps, systemActor, settled, 'No longer found.')
    return opened
  })
  t.match(await listOf(saka), [
    { id: answered, status: 'resolved', resolution: 'Two kits were found in the van' },
    { id: gone, status: 'resolved', resolution: 'Written off' },
    { id: still, status: 'resolved', resolution: 'No longer found.' },
    { id: found, status: 'open', actual: 3 },
  ])
  t.same(await eventsOf(saka, answered), ['discrepancy.resolved', 'discrepancy.opened'])
  t.same(await eventsOf(saka, found), ['discrepancy.opened'])
})

t.test('a resolution settles a discrepancy, and it opens again only when its figures change', async (t) => {
  const saka = await anotherCampaign(service)
  const { api } = saka
  const id = await report(saka)
  const resolution = 'Two kits were found in the van'
  const resolved = await api.patch(`/discrepancies/${id}`, { resolution })
  t.match(resolved, { status: 200, json: { status: 'resolved', resolution, resolvedAt: saka.clock.now() } })
  t.ok(resolved.json.resolvedById)

  await report(saka)
  t.match(await listOf(saka), [{ status: 'resolved', resolution }], 'the same figures have been answered')
  await report(saka, { actual: 20 })
  t.match(await listOf(saka), [
    { id, status: 'open', actual: 20, resolution: null, resolvedById: null, resolvedAt: null },
  ])
  t.equal((await eventsOf(saka, id))[0], 'discrepancy.reopened')
})

t.test('an owner alone assigns a discrepancy and does not resolve it', async (t) => {
  const saka = await anotherCampaign(service)
  const { api } = saka
  const id = await report(saka)
  const owner = await api.made('/users', { email: 'owner@piraeus.example.org', name: 'Μαρία', roles: [] })
  t.match(await api.patch(`/discrepancies/${id}`, { ownerId: owner.id }), {
    status: 200,
    json: { status: 'open', ownerId: owner.id, version: 2 },
  })
  t.match(
    await api.patch(`/discrepancies/${id}`, { ownerId: owner.id }),
    { json: { version: 2 } },
    'again changes nothing',
  )
  t.match(await api.patch(`/discrepancies/${id}`, { ownerId: null }), { json: { ownerId: null, version: 3 } })
  t.match(await api.patch(`/discrepancies/${id}`, { ownerId: saka.school.id }), {
    status: 422,
    json: { code: 'owner_unknown' },
  })
  t.same(await eventsOf(saka, id), ['discrepancy.assigned', 'discrepancy.assigned', 'discrepancy.opened'])
})

t.test('a change of a version that somebody has changed since is refused', async (t) => {
  const saka = await anotherCampaign(service)
  const { api } = saka
  const id = await report(saka)
  const read = await api.get(`/discrepancies/${id}`)
  t.equal(read.headers.etag, '"1"')
  const answers = await Promise.all(
    ['Found', 'Written off'].map((resolution) =>
      api.patch(`/discrepancies/${id}`, { resolution }, { 'if-match': read.headers.etag! }),
    ),
  )
  t.same(answers.map((answer) => answer.status).sort(), [200, 412])
  t.match(await api.patch(`/discrepancies/${id}`, { resolution: '  ' }), { status: 400 }, 'a resolution says something')
  t.match(await api.patch('/discrepancies/01890a5d-ac96-774b-bcce-b302099a8057', {}), { status: 404 })
})

t.test('what settles a matter elsewhere resolves its discrepancy and no other', async (t) => {
  const saka = await anotherCampaign(service)
  const { deps, campaign } = saka
  const id = await report(saka)
  const other = await report(saka, { matter: 'shipment-2' })
  const settled = {
    campaignId: campaign.id,
    code: missing.code,
    matters: ['shipment-1'],
    resolution: 'All kits came back.',
  }
  for (let time = 0; time < 2; time++) await deps.db.transact((tx) => resolveMatters(deps, tx, systemActor, settled))
  t.same(await eventsOf(saka, id), ['discrepancy.resolved', 'discrepancy.opened'], 'twice changes nothing')
  t.match(await listOf(saka, '?status=resolved'), [{ id, resolvedById: 'system' }])
  t.match(await listOf(saka, '?status=open'), [{ id: other }])
  await report(saka)
  t.match(await listOf(saka, '?status=open'), [{ id }, { id: other }], 'what comes back is open again')
})

t.test('discrepancies are listed by status and code, also as a table, to those who may read them', async (t) => {
  const saka = await anotherCampaign(service)
  const { api, campaign } = saka
  await report(saka)
  await report(saka, { code: 'over_budget', matter: campaign.id, severity: 'info', detail: 'Too much' })
  t.match(await listOf(saka, '?code=over_budget'), [{ code: 'over_budget', severity: 'info' }])
  t.equal((await listOf(saka, '?code=over_budget&status=resolved')).length, 0)
  t.match(await api.get(`/campaigns/${campaign.id}/discrepancies?code=bad_luck`), { status: 400 })
  const first = await api.get(`/campaigns/${campaign.id}/discrepancies?limit=1`)
  t.match(await listOf(saka, `?limit=1&cursor=${first.json.nextCursor}`), [{ code: 'over_budget' }])
  const csv = await api.get(`/campaigns/${campaign.id}/discrepancies`, { accept: 'text/csv' })
  t.match(csv.text, /missing_in_transit[^\n]*25,23/)
})
