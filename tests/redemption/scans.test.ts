import t, { type Test } from 'tap'
import { type CampaignChange, openCampaign } from '../support/campaign.ts'
import type { Answer, Api } from '../support/saka.ts'

/** An open campaign with `children` at its first school and their vouchers. */
async function issuedCampaign(t: Test, children: number, change: CampaignChange = {}) {
  const saka = await openCampaign(t, change)
  const { api, campaign, school, enroll } = saka
  for (let i = 1; i <= children; i++) await enroll(school.id, String(i), { givenName: 'Ελένη', section: 'Α1' })
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const vouchers: any[] = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json.items
  let scans = 0
  return {
    ...saka,
    vouchers,
    voucher: vouchers[0],
    scan: (voucher: { code: string }, more: Record<string, unknown> = {}, by: Api = api) =>
      by.post('/redemptions', { code: voucher.code, schoolId: school.id, scanId: `scan-${++scans}`, ...more }),
    /** Stock of the kit at a school. */
    onHand: async (at: { locationId: string } = school) =>
      (await api.get(`/balances?locationId=${at.locationId}`)).json.items[0]?.onHand ?? 0,
    handouts: async () => (await api.get('/movements?kind=handout')).json.items as any[],
    scans: async (query = '') => (await api.get(`/campaigns/${campaign.id}/scans?${query}`)).json.items as any[],
    discrepancies: async () => (await api.get(`/campaigns/${campaign.id}/discrepancies`)).json.items as any[],
  }
}

t.test('an accepted scan hands one kit out', async (t) => {
  const { api, campaign, school, voucher, scan, onHand, scans, handouts } = await issuedCampaign(t, 1)
  const answer = await scan(voucher, { scanId: 'first', collectedBy: 'authorised' })
  t.equal(answer.status, 201)
  t.match(answer.json, {
    scanId: 'first',
    result: 'accepted',
    redemption: {
      voucherId: voucher.id,
      campaignId: campaign.id,
      schoolId: school.id,
      collectedBy: 'authorised',
      redeemedAt: '2023-09-11T06:30:00.000Z',
      recordedAt: '2023-09-11T06:30:00.000Z',
      undoneAt: null,
    },
    voucher: { id: voucher.id, code: voucher.code, status: 'redeemed', redeemedAt: '2023-09-11T06:30:00.000Z' },
    enrollment: { id: voucher.enrollmentId, pupilRef: '1', givenName: 'Ελένη', familyName: null, section: 'Α1' },
  })
  t.same((await api.get(`/vouchers/${voucher.id}`)).json, answer.json.voucher, 'answered as it is stored')
  t.equal(await onHand(), -1, 'the kit that left a child’s hands is a fact, also where none was known')
  t.match(await handouts(), [{ causeType: 'redemption', causeId: answer.json.redemption.id, quantity: 1 }])
  t.match(await scans(), [{ scanId: 'first', result: 'accepted', raw: voucher.code, voucherId: voucher.id }])
  const { json: trail } = await api.get(`/audit/events?subjectId=${voucher.id}`)
  t.match(trail.items, [{ action: 'voucher.redeemed', change: { redemptionId: answer.json.redemption.id } }])
})

t.test('a payload is as good as a code, however it is written', async (t) => {
  const { scan, vouchers } = await issuedCampaign(t, 3)
  t.match(await scan(vouchers[0], { code: undefined, payload: vouchers[0].payload }), { status: 201 })
  t.match(await scan(vouchers[1], { code: vouchers[1].code.toLowerCase().replaceAll('0', 'o').replaceAll('-', ' ') }), {
    status: 201,
  })
  t.match(await scan(vouchers[2], { code: undefined }), { status: 400, json: { code: 'invalid_input' } })
})

t.test('every refusal is a problem that says what to do, and is kept', async (t) => {
  const { api, campaign, schools, vouchers, scan, clock, scans, deps } = await issuedCampaign(t, 5)
  const [used, revoked, withdrawn, late, expired] = vouchers
  await scan(used)
  const { json: newer } = await api.post(`/vouchers/${revoked.id}/reissue`, { reason: 'lost' })
  await api.made(`/enrollments/${withdrawn.enrollmentId}/withdraw`, { reason: 'moved' })
  const refusals: [Answer, number, string, Record<string, unknown>][] = [
    [await scan({ code: 'WIFI:S:school;;' }), 422, 'not_a_voucher', {}],
    [await scan({ code: '7K3D-9M2Q-XH4S' }), 422, 'mistyped_code', {}],
    [await scan({ code: '7K3D-9M2Q-XH4T' }), 404, 'unknown_code', {}],
    [
      await scan(late, { schoolId: schools[1].id }),
      409,
      'wrong_school',
      { belongsTo: { id: schools[0].id, name: schools[0].name } },
    ],
    [await scan(revoked), 409, 'revoked', { replaced: true }],
    [
      await scan(used),
      409,
      'already_redeemed',
      { redeemedAt: '2023-09-11T06:30:00.000Z', redeemedAtSchool: { id: schools[0].id, name: schools[0].name } },
    ],
    [await scan(withdrawn), 409, 'enrollment_inactive', { enrollmentStatus: 'withdrawn' }],
    [
      await scan(late, { scannedAt: '2023-09-10T23:59:59+03:00' }),
      409,
      'outside_window',
      { pickupFrom: '2023-09-11', pickupUntil: '2023-09-29' },
    ],
  ]
  clock.set('2023-09-29T21:00:00.000Z')
  refusals.push([await scan(late), 409, 'outside_window', {}])
  await deps.db.transact(async ({ q, t: tables }) => {
    await q.update(tables.campaigns).set({ status: 'closing' })
  })
  refusals.push([await scan(expired), 409, 'expired', {}])
  for (const [answer, status, code, members] of refusals) {
    t.match(answer, { status, json: { code, status, ...members } }, code)
    t.match(answer.headers, { 'content-type': 'application/problem+json' }, code)
    t.match(answer.json.detail, /\S \S.*\.$/, code)
  }
  t.equal((await api.get(`/vouchers/${newer.id}`)).json.status, 'issued')

  const kept = (await scans()).reverse()
  const results = ['accepted', ...refusals.map(([, , code]) => code)]
  t.same(
    kept.map(({ result }) => result),
    results.slice(0, -1).concat('expired'),
    'every attempt, good or bad',
  )
  t.equal((await scans('result=outside_window')).length, 2)
  t.equal((await scans(`schoolId=${schools[1].id}`)).length, 1)
  t.equal((await scans('to=2023-09-10T22:00:00Z')).length, 1)
  t.equal((await api.get(`/campaigns/${campaign.id}/scans?limit=3`)).json.items.length, 3)
})

t.test('the same scan again answers the same and changes nothing', async (t) => {
  const { scan, vouchers, handouts, scans, schools, clock } = await issuedCampaign(t, 2)
  const [voucher, other] = vouchers
  const first = await scan(voucher, { scanId: 'x' })
  clock.set('2023-09-11T07:00:00.000Z')
  const again = await scan(voucher, { scanId: 'x' })
  t.equal(again.status, 201)
  t.same(again.json, first.json)

  const refused = await scan(voucher, { scanId: 'y' })
  const { requestId: _, ...problem } = refused.json
  t.match(await scan(voucher, { scanId: 'y' }), { status: 409, json: problem }, 'a refusal too')
  t.equal((await handouts()).length, 1)
  t.equal((await scans()).length, 2)

  for (const change of [
    { code: other.code },
    { schoolId: schools[1].id },
    { handedOut: true },
    { collectedBy: 'teacher' },
    { scannedAt: '2023-09-11T06:00:00Z' },
  ]) {
    t.match(
      await scan(voucher, { scanId: 'x', ...change }),
      { status: 422, json: { code: 'idempotency_key_reused' } },
      `with another ${Object.keys(change)}`,
    )
  }
})

t.test('an idempotency key replays a refusal as it was', async (t) => {
  const { api, school, voucher } = await issuedCampaign(t, 1)
  const body = { code: voucher.code, schoolId: school.id, scanId: 'x', scannedAt: '2023-09-01T06:30:00Z' }
  const first = await api.post('/redemptions', body, { 'idempotency-key': 'k' })
  const again = await api.post('/redemptions', body, { 'idempotency-key': 'k' })
  t.match(again, {
    status: 409,
    headers: { 'idempotency-replayed': 'true', 'content-type': 'application/problem+json' },
  })
  t.same(again.json, first.json)
})

t.test('a scanner’s clock is not trusted', async (t) => {
  const { scan, voucher, scans } = await issuedCampaign(t, 1)
  const answer = await scan(voucher, { scannedAt: '2033-01-01T00:00:00Z' })
  t.match(answer, { status: 201, json: { redemption: { redeemedAt: '2023-09-11T06:30:00.000Z' } } })
  t.match(await scans(), [{ scannedAt: '2033-01-01T00:00:00.000Z', recordedAt: '2023-09-11T06:30:00.000Z' }])
})

t.test('a school scans for itself alone', async (t) => {
  const { as, device, schools, voucher, scan, stranger, scans, campaign } = await issuedCampaign(t, 1)
  const neighbour = await as({ role: 'school', schoolId: schools[1].id })
  t.match(await scan(voucher, {}, neighbour), { status: 404, json: { code: 'not_found' } })
  t.match(await scan(voucher, {}, stranger), { status: 401 })
  t.match(await scan(voucher, { schoolId: '01890a5d-ac96-774b-bcce-b302099a8057' }), { status: 404 })
  t.equal((await scans()).length, 0)

  const phone = await device(schools[0].id)
  const body = { payload: voucher.payload, schoolId: schools[0].id, scanId: 'd' }
  t.match(await phone.post('/redemptions', body), { status: 201 })
  t.match(await phone.post('/redemptions', { ...body, scanId: 'e', schoolId: schools[1].id }), { status: 404 })
  t.equal((await neighbour.get(`/campaigns/${campaign.id}/scans`)).json.items.length, 0)
})

t.test('a kit that left is on record though its scan was refused', async (t) => {
  const { scan, voucher, schools, onHand, discrepancies, handouts, scans, api } = await issuedCampaign(t, 1)
  await scan(voucher)
  const second = await scan(voucher, { handedOut: true })
  t.match(second, { status: 409, json: { code: 'already_redeemed', discrepancyId: /^[0-9a-f-]{36}$/ } })
  const elsewhere = await scan(voucher, { handedOut: true, schoolId: schools[1].id })
  t.match(elsewhere, { status: 409, json: { code: 'wrong_school' } })
  const unknown = await scan({ code: '7K3D-9M2Q-XH4T' }, { handedOut: true })
  t.match(unknown, { status: 404, json: { code: 'unknown_code', discrepancyId: /^[0-9a-f-]{36}$/ } })

  t.equal(await onHand(), -3, 'two at the first school beside the good one')
  t.equal(await onHand(schools[1]), -1)
  t.equal((await handouts()).length, 4)
  const open = await discrepancies()
  t.same(open.map(({ code, severity }) => `${code} ${severity}`).sort(), [
    'duplicate_handout error',
    'duplicate_handout error',
    'refused_handout warning',
  ])
  t.equal((await scans('result=unknown_code'))[0].discrepancyId, unknown.json.discrepancyId)
  t.equal(
    (await api.get(`/vouchers/${voucher.id}`)).json.status,
    'redeemed',
    'the voucher’s own redemption stays as it was',
  )
})

t.test('where no campaign is known the scan is kept all the same', async (t) => {
  const { api, community, stranger: _, as: __, ...saka } = await issuedCampaign(t, 0)
  const other = await api.made('/communities', { code: 'B', name: 'Β΄' })
  const school = await api.made('/schools', { ministryCode: '9000099', name: 'Αλλού', communityId: other.id })
  const answer = await saka.scan({ code: '7K3D-9M2Q-XH4T' }, { schoolId: school.id, handedOut: true })
  t.match(answer, {
    status: 404,
    json: { code: 'unknown_code', detail: /No campaign is known/, discrepancyId: undefined },
  })
  t.equal((await saka.handouts()).length, 0)
  t.equal((await saka.discrepancies()).length, 0)
})

t.test('offline scans are processed in the order in which they happened and answered in the order given', async (t) => {
  const { api, school, vouchers, handouts, discrepancies } = await issuedCampaign(t, 2, {
    now: '2023-09-11T12:00:00.000Z',
  })
  const [a, b] = vouchers
  const at = (minute: number) => `2023-09-11T09:${String(minute).padStart(2, '0')}:00Z`
  const sent = (scanId: string, voucher: any, minute: number, more = {}) => ({
    scanId,
    code: voucher.code,
    schoolId: school.id,
    scannedAt: at(minute),
    ...more,
  })
  const scans = [
    sent('later', a, 30, { handedOut: true }),
    sent('earlier', a, 10),
    sent('b', b, 20),
    sent('tie', b, 20),
    sent('b', b, 20),
  ]
  const { status, json } = await api.post('/redemption-batches', { scans })
  t.equal(status, 200)
  t.match(json.results, [
    { scanId: 'later', status: 409, result: 'already_redeemed', discrepancyId: /./ },
    { scanId: 'earlier', status: 201, result: 'accepted', redemptionId: /./ },
    { scanId: 'b', status: 201, result: 'accepted', redemptionId: /./ },
    { scanId: 'tie', status: 409, result: 'already_redeemed' },
    { scanId: 'b', status: 201, result: 'accepted' },
  ])
  t.same(json.results[4], json.results[2], 'one scan twice in a batch is one')
  t.match((await api.get(`/vouchers/${a.id}`)).json, { redeemedAt: '2023-09-11T09:10:00.000Z' })

  const again = await api.post('/redemption-batches', { scans })
  t.same(again.json, json, 'safe to send again')
  t.equal((await handouts()).length, 3)
  t.match(await discrepancies(), [{ code: 'duplicate_handout', status: 'open' }])
  const single = await api.post('/redemptions', scans[1])
  t.match(single, { status: 201, json: { redemption: { id: json.results[1].redemptionId } } }, 'also one by one')
})

t.test('a scan that cannot be made does not sink the others', async (t) => {
  const { api, as, schools, vouchers, scans } = await issuedCampaign(t, 3)
  const sent = (scanId: string, i: number, more = {}) => ({
    scanId,
    code: vouchers[i].code,
    schoolId: schools[0].id,
    ...more,
  })
  const staff = await as({ role: 'school', schoolId: schools[0].id })
  await api.made('/redemptions', sent('known', 0))
  const { status, json } = await staff.post('/redemption-batches', {
    scans: [
      sent('no time', 1, { scannedAt: 'yesterday' }),
      sent('elsewhere', 1, { schoolId: schools[1].id }),
      sent('known', 1),
      { scanId: 'nothing', schoolId: schools[0].id },
      sent('good', 1),
      sent('not read', 2, { code: 'WIFI:S:school;;' }),
    ],
  })
  t.equal(status, 200)
  t.match(json.results, [
    { scanId: 'no time', status: 400, result: 'invalid_input' },
    { scanId: 'elsewhere', status: 404, result: 'not_found' },
    { scanId: 'known', status: 422, result: 'idempotency_key_reused' },
    { scanId: 'nothing', status: 400, result: 'invalid_input' },
    { scanId: 'good', status: 201, result: 'accepted' },
    { scanId: 'not read', status: 422, result: 'not_a_voucher' },
  ])
  t.same((await scans()).map(({ scanId }) => scanId).sort(), ['good', 'known', 'not read'])
  t.match(await staff.post('/redemption-batches', { scans: [{ code: 'x' }] }), { status: 400 })
  const many = Array.from({ length: 1001 }, (_, i) => sent(`s${i}`, 0))
  t.match(await staff.post('/redemption-batches', { scans: many }), { status: 400 })
})

t.test('a kit that comes back makes its voucher good again', async (t) => {
  const { api, as, clock, school, schools, voucher, scan, onHand } = await issuedCampaign(t, 1)
  const first = await scan(voucher, { scanId: 'x' })
  const { id } = first.json.redemption
  const undo = (by: Api) => by.post(`/redemptions/${id}/undo`, { reason: 'wrong child' })
  const staff = await as({ role: 'school', schoolId: school.id })
  t.match(await undo(await as({ role: 'school', schoolId: schools[1].id })), { status: 404 })
  clock.set('2023-09-11T06:45:00.000Z')
  const both = await Promise.all([undo(staff), undo(staff)])
  t.same(both.map(({ status }) => status).sort(), [200, 409], 'once')
  t.match(both.find(({ status }) => status === 200)!.json, {
    id,
    undoneAt: '2023-09-11T06:45:00.000Z',
    undoReason: 'wrong child',
  })
  t.match(both.find(({ status }) => status === 409)!.json, { code: 'already_undone' })
  t.equal(await onHand(), 0)
  t.match((await api.get(`/vouchers/${voucher.id}`)).json, { status: 'issued', redeemedAt: null })
  t.same((await scan(voucher, { scanId: 'x' })).json, first.json, 'the old scan answers as it did')
  t.match(await scan(voucher), { status: 201 }, 'the kit can be handed out again')
  t.match(await undo(staff), { status: 409, json: { code: 'already_undone' } })
  t.equal(await onHand(), -1)
})

t.test('after a quarter of an hour only a coordinator undoes', async (t) => {
  const { as, api, clock, school, vouchers, scan, deps } = await issuedCampaign(t, 2)
  const redemptions = [await scan(vouchers[0]), await scan(vouchers[1])].map(({ json }) => json.redemption.id)
  clock.set('2023-09-11T06:45:00.001Z')
  const staff = await as({ role: 'school', schoolId: school.id })
  t.match(await staff.post(`/redemptions/${redemptions[0]}/undo`, { reason: 'late' }), {
    status: 409,
    json: { code: 'undo_too_late' },
  })
  const coordinator = await as({ role: 'coordinator' })
  t.match(await coordinator.post(`/redemptions/${redemptions[0]}/undo`, { reason: 'late' }), { status: 200 })

  await deps.db.transact(async ({ q, t: tables }) => {
    await q.update(tables.campaigns).set({ status: 'closing', closingAt: '2023-09-11T06:40:00.000Z' })
  })
  t.match(await api.post(`/redemptions/${redemptions[1]}/undo`, { reason: 'came back' }), { status: 200 })
  t.match(
    (await api.get(`/vouchers/${vouchers[1].id}`)).json,
    { status: 'expired', endedAt: '2023-09-11T06:40:00.000Z' },
    'where the pickup is over the voucher is not good any more',
  )
})
