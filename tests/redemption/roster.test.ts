import t, { type Test } from 'tap'
import { judgeScan } from '../../src/shared/judge-scan.ts'
import { keysOf, openChild, type RosterLock, rosterIterations } from '../../src/shared/roster-keys.ts'
import type { VoucherCode } from '../../src/shared/voucher-code.ts'
import { openCampaign } from '../support/campaign.ts'
import type { Api } from '../support/saka.ts'

const keysOfPaper = (code: string, lock: RosterLock) => keysOf(code.replaceAll('-', '') as VoucherCode, lock)

/** A phone that keeps what it is sent and asks for what is new. */
function phone(api: Api) {
  const entries = new Map<string, any>()
  let last: any
  return {
    async sync() {
      last = (await api.get(`/scanner/roster${last ? `?since=${last.cursor}` : ''}`)).json
      for (const entry of last.vouchers) entries.set(entry.lookup, entry)
      return last
    },
    /** What it holds of a voucher, found by the code on the paper. */
    async entryOf({ code }: { code: string }) {
      const keys = await keysOfPaper(code, last.lock)
      const entry = entries.get(keys.lookup)
      return entry && { ...entry, child: entry.child && (await openChild(keys.child, entry.child)) }
    },
    get roster() {
      return last
    },
  }
}

/** An open campaign with three children at its first school and one at the second, and a phone at each. */
async function campaignWithPhones(t: Test) {
  const saka = await openCampaign(t)
  const { api, campaign, schools, enroll } = saka
  for (const pupilRef of ['1', '2', '3'])
    await enroll(schools[0].id, pupilRef, { givenName: 'Ελένη', familyName: 'Φωτοπούλου', section: 'Α1' })
  await enroll(schools[1].id, '1', { givenName: 'Νίκος', section: 'Α2' })
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const vouchers: any[] = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json.items
  const devices = [await saka.device(schools[0].id), await saka.device(schools[1].id)] as const
  return {
    ...saka,
    vouchers: vouchers.filter(({ schoolId }) => schoolId === schools[0].id),
    elsewhere: vouchers.find(({ schoolId }) => schoolId === schools[1].id),
    devices,
    phone: phone(devices[0]),
    otherPhone: phone(devices[1]),
  }
}

t.test('the code on the paper finds its entry and opens its child, by WebCrypto alone', async (t) => {
  const { phone, vouchers, school, campaign } = await campaignWithPhones(t)
  const roster = await phone.sync()
  t.match(roster, {
    baseUrl: 'https://saka.example.org',
    timeZone: 'Europe/Athens',
    school: { id: school.id, name: school.name },
    campaigns: [{ id: campaign.id, status: 'open', pickupFrom: '2023-09-11', pickupUntil: '2023-09-29' }],
    lock: { iterations: rosterIterations },
  })
  t.equal(roster.vouchers.length, 3)
  t.same(await phone.entryOf(vouchers[1]), {
    lookup: (await keysOfPaper(vouchers[1].code, roster.lock)).lookup,
    campaignId: campaign.id,
    status: 'issued',
    enrollmentStatus: 'active',
    redeemedAt: null,
    replaced: false,
    child: { pupilRef: '2', givenName: 'Ελένη', familyName: 'Φωτοπούλου', section: 'Α1' },
  })
})

t.test(
  'no roster holds a name, a pupil’s number or a code that anybody can read, nor anything of another school',
  async (t) => {
    const { api, devices, vouchers, elsewhere, enroll, school, campaign } = await campaignWithPhones(t)
    await enroll(school.id, '4', { givenName: 'Ί', familyName: 'Παπακωνσταντινοπούλου-Χατζηγεωργιάδου', section: 'Α1' })
    await api.made(`/campaigns/${campaign.id}/vouchers`)
    const { text, json } = await devices[0].get('/scanner/roster')
    for (const hidden of ['Ελένη', 'Φωτοπούλου', 'Α1', 'pupilRef', ...vouchers.map(({ id }) => id)]) {
      t.notMatch(text, hidden)
      t.notMatch(text, Buffer.from(hidden).toString('base64url'))
    }
    for (const { code, enrollmentId } of [...vouchers, elsewhere])
      for (const form of [code, code.replaceAll('-', ''), enrollmentId]) t.notMatch(text, form)
    t.equal(json.vouchers.length, 4)
    t.equal(new Set(json.vouchers.map(({ child }: any) => child.length)).size, 1, 'no length tells a name')
    const again = (await devices[0].get('/scanner/roster')).json
    t.not(again.vouchers[0].child, json.vouchers[0].child, 'never sealed twice the same')
    const wrong = await keysOfPaper(elsewhere.code, json.lock)
    t.notOk(json.vouchers.some(({ lookup }: any) => lookup === wrong.lookup))
    for (const { child } of json.vouchers) await t.rejects(openChild(wrong.child, child))
  },
)

t.test('two phones of one school have different keys: one that is opened opens no other', async (t) => {
  const { device, school, phone, vouchers } = await campaignWithPhones(t)
  await phone.sync()
  const second = await device(school.id)
  const { json } = await second.get('/scanner/roster')
  const keys = await keysOfPaper(vouchers[0].code, phone.roster.lock)
  t.notOk(json.vouchers.some(({ lookup }: any) => lookup === keys.lookup))
  const cursorOfTheFirst = await second.get(`/scanner/roster?since=${phone.roster.cursor}`)
  t.equal(cursorOfTheFirst.json.vouchers.length, 3, 'and a cursor of the one says nothing to the other')
})

t.test('since a cursor only what has changed is sent', async (t) => {
  const { api, phone, otherPhone, vouchers, school, schools, campaign, enroll, clock } = await campaignWithPhones(t)
  const [first, second, third] = vouchers
  t.equal((await phone.sync()).vouchers.length, 3)
  await otherPhone.sync()
  t.same((await phone.sync()).vouchers, [], 'nothing, where nothing has')

  const scan = { code: first.code, schoolId: school.id, scanId: 'a' }
  const { redemption } = await api.made('/redemptions', scan)
  t.equal((await phone.sync()).vouchers.length, 1)
  t.match(await phone.entryOf(first), { status: 'redeemed', redeemedAt: '2023-09-11T06:30:00.000Z' })

  await api.made(`/redemptions/${redemption.id}/undo`, { reason: 'came back' })
  t.equal((await phone.sync()).vouchers.length, 1)
  t.match(await phone.entryOf(first), { status: 'issued', redeemedAt: null }, 'an undo')

  const reissued = await api.made(`/vouchers/${second.id}/reissue`, { reason: 'lost' })
  t.equal((await phone.sync()).vouchers.length, 2)
  t.match(await phone.entryOf(second), { status: 'revoked', replaced: true }, 'a reissue')
  t.match(await phone.entryOf(reissued), { status: 'issued', child: { pupilRef: '2' } })

  await api.made(`/vouchers/${reissued.id}/revoke`, { reason: 'not his' })
  t.equal((await phone.sync()).vouchers.length, 1)
  t.match(await phone.entryOf(reissued), { status: 'revoked', replaced: false }, 'a revocation')

  await api.made(`/enrollments/${first.enrollmentId}/withdraw`, { reason: 'moved' })
  t.equal((await phone.sync()).vouchers.length, 1)
  t.match(await phone.entryOf(first), { status: 'issued', enrollmentStatus: 'withdrawn' }, 'a withdrawal')

  const { voucher: moved } = await api.made(`/enrollments/${third.enrollmentId}/transfer`, { schoolId: schools[1].id })
  t.equal((await phone.sync()).vouchers.length, 1)
  t.match(await phone.entryOf(third), { status: 'revoked', replaced: true, enrollmentStatus: 'transferred' })
  t.notOk(await phone.entryOf(moved), 'a transfer leaves the one school')
  t.equal((await otherPhone.sync()).vouchers.length, 1)
  t.match(await otherPhone.entryOf(moved), { status: 'issued', child: { familyName: 'Φωτοπούλου' } }, 'for the other')

  const late = await enroll(school.id, '9')
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  t.equal((await phone.sync()).vouchers.length, 2, 'a child who came late, and the one whose voucher was revoked')
  await api.patch(`/enrollments/${late.id}`, { givenName: 'Άννα' })
  t.equal((await phone.sync()).vouchers.length, 1, 'a name that was corrected')

  clock.set('2023-09-01T06:30:00.000Z')
  await api.patch(`/campaigns/${campaign.id}`, { pickupUntil: '2023-09-22' })
  t.match(
    await phone.sync(),
    { vouchers: [], campaigns: [{ pickupUntil: '2023-09-22' }] },
    'days, whatever the clock says',
  )
})

t.test('where the pickup has ended the phone says so, and a closed campaign’s children are not sent', async (t) => {
  const { api, deps, phone, vouchers, campaign } = await campaignWithPhones(t)
  await phone.sync()
  await api.made(`/campaigns/${campaign.id}/close`)
  t.match(await phone.sync(), { campaigns: [{ status: 'closing' }], vouchers: { length: 3 } })
  t.match(await phone.entryOf(vouchers[0]), { status: 'expired', child: { givenName: 'Ελένη' } })
  await deps.db.transact(async ({ q, t: tables }) => {
    await q.update(tables.campaigns).set({ status: 'closed' })
  })
  t.match(await phone.sync(), { campaigns: [{ status: 'closed' }], vouchers: { length: 3 } })
  t.match(await phone.entryOf(vouchers[0]), { status: 'expired', child: null })
})

t.test('what the phone judges by its roster is what the service answers', async (t) => {
  const { api, phone, vouchers, elsewhere, school } = await campaignWithPhones(t)
  await api.made('/redemptions', { code: vouchers[0].code, schoolId: school.id, scanId: 'a' })
  await api.made(`/vouchers/${vouchers[1].id}/revoke`, { reason: 'lost' })
  await api.made(`/enrollments/${vouchers[2].enrollmentId}/withdraw`, { reason: 'moved' })
  const { campaigns } = await phone.sync()
  for (const voucher of vouchers) {
    const { status, enrollmentStatus, campaignId } = await phone.entryOf(voucher)
    const known = {
      voucher: { schoolId: school.id, status },
      enrollment: { status: enrollmentStatus },
      campaign: campaigns.find(({ id }: any) => id === campaignId),
    }
    const judged = judgeScan({ known, schoolId: school.id, day: '2023-09-11' })
    const { json } = await api.post('/redemptions', { code: voucher.code, schoolId: school.id, scanId: voucher.id })
    t.equal(json.code, judged)
  }
  t.notOk(await phone.entryOf(elsewhere), 'another school’s voucher is unknown to it')
})

t.test('a phone that was cut off is told so, and nobody but a phone reads a roster', async (t) => {
  const { api, as, stranger, devices, school } = await campaignWithPhones(t)
  const [{ id }] = (await api.get('/devices')).json.items.filter(({ schoolId }: any) => schoolId === school.id)
  await api.delete(`/devices/${id}`)
  t.match(await devices[0].get('/scanner/roster'), { status: 401, json: { code: 'device_revoked' } })
  t.match(await stranger.get('/scanner/roster'), { status: 401, json: { code: 'not_signed_in' } })
  for (const reader of [api, await as({ role: 'school', schoolId: school.id })])
    t.match(await reader.get('/scanner/roster'), { status: 403, json: { code: 'devices_only' } })
  t.match(await devices[1].get('/scanner/roster?since=%20'), { status: 400 })
})
