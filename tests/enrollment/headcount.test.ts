import t from 'tap'
import { openCampaign } from '../support/campaign.ts'

/** A campaign with a way to import head counts and to see who is enrolled. */
async function counting(t: Parameters<typeof openCampaign>[0]) {
  const saka = await openCampaign(t)
  const path = `/campaigns/${saka.campaign.id}/headcount-imports`
  const count = (...rows: string[]) => saka.api.upload(path, ['schoolCode;firstGraders', ...rows].join('\n'))
  const refs = async (status: string) => {
    const { items } = (await saka.api.get(`/campaigns/${saka.campaign.id}/enrollments?status=${status}&limit=500`)).json
    return items.map((child: { pupilRef: string }) => Number(child.pupilRef)).sort((a: number, b: number) => a - b)
  }
  return { ...saka, path, count, refs }
}

t.test('a head count enrolls nameless children, a higher one more, a lower one withdraws the last', async (t) => {
  const { count, refs, api, campaign } = await counting(t)
  t.match(await count('9000001;3', '9000002;0'), {
    status: 200,
    json: { rows: 2, created: 3, withdrawn: 0, unchanged: 0, warnings: [] },
  })
  t.same(await refs('active'), [1, 2, 3])
  t.match(
    (await count('9000001;3', '9000002;0')).json,
    { created: 0, withdrawn: 0, unchanged: 3 },
    'the same again changes nothing',
  )
  t.match((await count('9000001;5')).json, { created: 2, withdrawn: 0, unchanged: 3 })
  t.match((await count('9000001;2')).json, { created: 0, withdrawn: 3, unchanged: 2 })
  t.same(
    [await refs('active'), await refs('withdrawn')],
    [
      [1, 2],
      [3, 4, 5],
    ],
  )
  t.match((await count('9000001;4')).json, { created: 2, unchanged: 2 })
  t.same(await refs('active'), [1, 2, 6, 7], 'a number is never used twice')
  const { items } = (await api.get(`/campaigns/${campaign.id}/enrollments?status=withdrawn`)).json
  t.match(items[0], { headcount: true, familyName: null, guardians: [], withdrawalReason: 'head count' })
  const events = (await api.get('/audit/events')).json.items.map((event: { action: string }) => event.action)
  t.equal(events.filter((action: string) => action === 'headcount.imported').length, 4)
  t.equal(events.filter((action: string) => action === 'enrollment.withdrawn').length, 3)
})

t.test('children with kits and children with names stay, and the report says so', async (t) => {
  const { api, deps, count, refs, enroll, school, campaign } = await counting(t)
  await enroll(school.id, '901', { familyName: 'Λιάπης' })
  await count('9000001;4')
  t.same(await refs('active'), [901, 902, 903, 904, 905])
  const { items } = (await api.get(`/campaigns/${campaign.id}/enrollments`)).json
  const byRef = new Map<string, string>(
    items.map((child: { pupilRef: string; id: string }) => [child.pupilRef, child.id]),
  )
  const redeemed = { status: 'redeemed', redeemedAt: deps.clock.now() } as const
  await deps.db.transact(async ({ q, t: { vouchers } }) => {
    const voucher = {
      id: deps.newId(),
      campaignId: campaign.id,
      schoolId: school.id,
      code: 'A' as never,
      issuedAt: deps.clock.now(),
    }
    await q.insert(vouchers).values({ ...voucher, ...redeemed, enrollmentId: byRef.get('905')! })
  })
  await api.patch(`/enrollments/${byRef.get('903')}`, { guardians: [{ phone: '6902128000' }] })
  const lower = await count('9000001;1')
  t.match(lower.json, {
    withdrawn: 2,
    unchanged: 2,
    warnings: [
      { row: 2, column: 'firstGraders', code: 'children_stay', message: /^2 children stay, more than the 1 given/ },
    ],
  })
  t.same(await refs('active'), [901, 903, 905])
  t.match((await count('9000001;1')).json, { withdrawn: 0, unchanged: 2, warnings: [{}] })
  t.match((await count('9000001;2')).json, { created: 0, withdrawn: 0, unchanged: 2, warnings: [] })
})

t.test('faults of a head count are reported by row', async (t) => {
  const { api, path, count, refs } = await counting(t)
  const answer = await count(
    '9000001;x',
    '9000002;12',
    '9000002;13',
    '1;1',
    '90 01;1',
    '9000001;-1',
    '9000001;2,5',
    '9000001;',
  )
  t.equal(answer.status, 422)
  t.same(
    answer.json.report.errors.map((fault: { row: number; column: string; code: string }) => [
      fault.row,
      fault.column,
      fault.code,
    ]),
    [
      [2, 'firstGraders', 'invalid_number'],
      [4, 'schoolCode', 'duplicate_school'],
      [5, 'schoolCode', 'unknown_school'],
      [6, 'schoolCode', 'invalid_school_code'],
      [7, 'firstGraders', 'invalid_number'],
      [7, 'schoolCode', 'duplicate_school'],
      [8, 'firstGraders', 'invalid_number'],
      [8, 'schoolCode', 'duplicate_school'],
      [9, 'firstGraders', 'missing_value'],
      [9, 'schoolCode', 'duplicate_school'],
    ],
  )
  t.match(answer.json.report, { rows: 8, rejected: 7, created: 0 })
  t.equal((await refs('active')).length, 0)
  t.match((await api.upload(`${path}?dryRun=true`, 'code,count\n9000001,7\n')).json, { dryRun: true, created: 7 })
  t.equal((await refs('active')).length, 0)
})
