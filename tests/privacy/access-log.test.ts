import t from 'tap'
import { fillDisk, makeRoom } from '../support/disk.ts'
import type { Api } from '../support/saka.ts'
import { stockHands } from '../support/stock.ts'
import { findTold, told, toldCampaign } from './told-campaign.ts'

const saka = await toldCampaign(t)
const { api, campaign, school, schools, child } = saka
const auditor = await saka.as({ role: 'auditor' })
const coordinator = await saka.as({ role: 'coordinator' })
await api.made(`/campaigns/${campaign.id}/reconciliations`)
const [found] = (await api.get(`/campaigns/${campaign.id}/discrepancies`)).json.items
await api.patch(`/discrepancies/${found.id}`, { resolution: told.resolution })
const because = { 'access-reason': encodeURIComponent(told.access) }
const idOf = async (caller: Api) => (await caller.get('/me')).json.id

/** The looks that `caller` has left in the trail, the newest first, as an administrator reads them. */
async function looksOf(caller: Api): Promise<any[]> {
  const { items } = (await api.get(`/audit/events?actorId=${await idOf(caller)}&limit=500`)).json
  return items.filter(({ action }: any) => action.endsWith('.read'))
}

t.test('every look at names is an event that says who, which records, and why', async (t) => {
  await coordinator.get(`/campaigns/${campaign.id}/enrollments?schoolId=${school.id}&limit=1`)
  const search = `q=${encodeURIComponent(told.familyName)}`
  await coordinator.get(`/campaigns/${campaign.id}/enrollments?${search}`, because)
  await coordinator.get(`/campaigns/${campaign.id}/enrollments`, { accept: 'text/csv' })
  await coordinator.get(`/enrollments/${child.id}`)
  const [one, whole, searched, page, ...none] = await looksOf(coordinator)
  t.match(page, { action: 'enrollments.read', subjectId: campaign.id, requestId: /^[0-9a-f-]{36}$/ })
  t.same(page.change, { schoolId: school.id, campaignId: campaign.id, records: 1, whole: false })
  t.match(searched.change, { records: 4, searched: told.familyName, reason: told.access })
  t.match(Object.keys(searched.salts).sort(), ['reason', 'searched'])
  t.match(whole.change, { records: 5, whole: true }, 'an export is one look, at all of its records')
  t.match(one, { subjectId: child.id })
  t.same(none, [])
})

t.test('a list that takes many pages to stream is one look', async (t) => {
  const many = await saka.as({ role: 'admin' })
  const rows = Array.from({ length: 1100 }, (_, i) => `9000002;MANY-${i}`)
  await api.upload(`/campaigns/${campaign.id}/enrollment-imports`, ['schoolCode;pupilRef', ...rows].join('\n'))
  const { text } = await many.get(`/campaigns/${campaign.id}/enrollments`, { accept: 'application/x-ndjson' })
  t.equal(text.trim().split('\n').length, 1105)
  const looks = await looksOf(many)
  t.equal(looks.length, 1)
  t.match(looks[0].change, { records: 1105, whole: true })
  const pages = []
  for (let cursor = ''; pages.length === 0 || cursor; ) {
    const { json } = await many.get(`/campaigns/${campaign.id}/enrollments?limit=500${cursor && `&cursor=${cursor}`}`)
    pages.push(json.items.length)
    t.notMatch(Buffer.from(json.nextCursor ?? '', 'base64url').toString(), /MANY|PUPIL/, 'no number in an address')
    cursor = json.nextCursor ?? ''
  }
  t.same(pages, [500, 500, 105])
  t.equal((await looksOf(many)).length, 4, 'a page that is asked for is a look of its own')
})

t.test('an auditor reads pseudonyms, and leaves no look, until a reason is given', async (t) => {
  const shipments = (await api.get(`/shipments?campaignId=${campaign.id}`)).json.items
  const reconciliations = (await api.get(`/campaigns/${campaign.id}/reconciliations`)).json.items
  const vouchers = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json.items
  const revoked = vouchers.find(({ status }: any) => status === 'revoked')
  const paths = [
    `/campaigns/${campaign.id}/enrollments?schoolId=${school.id}`,
    `/enrollments/${child.id}`,
    `/campaigns/${campaign.id}/vouchers`,
    `/vouchers/${revoked.id}`,
    `/campaigns/${campaign.id}/scans`,
    `/campaigns/${campaign.id}/discrepancies`,
    `/discrepancies/${found.id}`,
    `/reconciliations/${reconciliations[0].id}`,
    '/movements?limit=500',
    `/shipments?campaignId=${campaign.id}`,
    `/shipments/${shipments[0].id}`,
    '/audit/events?limit=500',
  ]
  const lists = paths.filter((path) => !/\/[a-z]+\/[0-9a-f-]{36}$/.test(path))
  for (const path of paths) {
    const accepts = lists.includes(path)
      ? ['application/json', 'text/csv', 'application/x-ndjson']
      : ['application/json']
    for (const accept of accepts) {
      const plain = await auditor.get(path, { accept })
      t.equal(plain.status, 200, path)
      t.same(findTold(plain.text), [], `${path} as ${accept} tells nobody`)
      const asked = await auditor.get(path, { accept, ...because })
      t.not(findTold(asked.text).length, 0, `${path} as ${accept} tells who gives a reason`)
    }
  }
  const looks = await looksOf(auditor)
  t.equal(looks.length, paths.length + 2 * lists.length, 'one for each answer that told, and none for the others')
  t.ok(looks.every(({ change }) => change.reason === told.access))
  const nobody = (await auditor.get(`/enrollments/${child.id}`)).json
  t.match(nobody, { id: child.id, pupilRef: null, givenName: null, familyName: null, section: null, guardians: [] })
})

t.test('a delivery note shows an auditor no remark without a reason', async (t) => {
  const [{ id }] = (await api.get(`/shipments?campaignId=${campaign.id}`)).json.items
  const before = (await looksOf(auditor)).length
  t.equal((await auditor.get(`/shipments/${id}/delivery-note.pdf`)).status, 200)
  t.equal((await looksOf(auditor)).length, before)
  t.equal((await auditor.get(`/shipments/${id}/delivery-note.pdf`, because)).status, 200)
  t.equal((await looksOf(auditor)).length, before + 1)
})

t.test('an auditor cannot find out by searching who is there', async (t) => {
  const search = `/campaigns/${campaign.id}/enrollments?q=${encodeURIComponent(told.familyName)}`
  t.match(await auditor.get(search), { status: 403, json: { code: 'access_reason_missing' } })
  t.equal((await auditor.get(search, because)).json.items.length, 4)
})

t.test('who is more than an auditor sees what the other role is for', async (t) => {
  const both = await saka.as({ role: 'auditor' }, { role: 'school', schoolId: school.id })
  const { items } = (await both.get(`/campaigns/${campaign.id}/enrollments?limit=500`)).json
  const knows = (schoolId: string) =>
    items.some((enrollment: any) => enrollment.schoolId === schoolId && enrollment.pupilRef !== null)
  t.equal(knows(school.id), true)
  t.equal(knows(schools[1].id), false)
  const before = (await looksOf(both)).length
  await both.get(`/campaigns/${campaign.id}/enrollments`, { accept: 'text/csv' })
  await both.get(`/campaigns/${campaign.id}/scans`, because)
  await both.get(`/campaigns/${campaign.id}/scans`)
  t.equal((await looksOf(both)).length, before + 2, 'and leaves a look where it is shown more than that')
})

t.test('a reason is text of 1 to 200 characters', async (t) => {
  const ask = (reason: string) => auditor.get(`/enrollments/${child.id}`, { 'access-reason': reason })
  t.match(await ask(encodeURIComponent('ώ'.repeat(200))), { status: 200, json: { pupilRef: told.pupilRef } })
  for (const reason of [encodeURIComponent('ώ'.repeat(201)), 'x'.repeat(201), '%20', '%E0%A4%A', '%']) {
    t.match(await ask(reason), { status: 400, json: { code: 'invalid_input' } }, reason.slice(0, 10))
  }
})

t.test('a device that scans leaves its scan and no look', async (t) => {
  const device = await saka.device(school.id)
  await device.post('/redemptions', { scanId: 'scan-device', code: '0000-0000-0012', schoolId: school.id })
  t.same(await looksOf(device), [])
})

t.test('what cannot be written down is not shown: on a full disk names wait, and pseudonyms do not', async (t) => {
  const hands = stockHands(saka)
  const { deps } = saka
  await fillDisk(deps)
  const path = `/campaigns/${campaign.id}/enrollments?limit=500`
  let refused = 0
  for (let i = 0; i < 60; i++) {
    const answer = await coordinator.get(path, { 'access-reason': 'x'.repeat(200) })
    if (answer.status === 200) continue
    refused += 1
    t.match(answer, { status: 503, json: { code: 'storage_unavailable' } })
    t.same(findTold(answer.text), [])
  }
  t.ok(refused > 0)
  t.match(await auditor.get(path), { status: 200 })
  t.ok(await hands.at(saka.warehouse.id), 'nor do figures')
  const looks = (await looksOf(coordinator)).filter(({ change }) => change.reason?.startsWith('xxx'))
  t.equal(looks.length, 60 - refused, 'every answer that was given is in the trail')
  await makeRoom(deps)
  t.match(await coordinator.get(path), { status: 200 })
})
