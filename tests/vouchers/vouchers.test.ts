import t from 'tap'
import { anotherCampaign } from '../support/campaign.ts'
import { enrollChildren } from '../support/children.ts'
import { readPdf } from '../support/pdf-reader.ts'
import { scanImage } from '../support/qr-reader.ts'
import { startSaka } from '../support/saka.ts'

const saka = await startSaka(t)

t.test('one call issues a voucher for every active enrollment that has none', async (t) => {
  const { api, campaign, schools, enroll, deps } = await anotherCampaign(saka)
  await enrollChildren(deps, { campaignId: campaign.id, schoolId: schools[0].id, count: 1200 })
  const withdrawn = await enroll(schools[1].id, '1')
  await api.made(`/enrollments/${withdrawn.id}/withdraw`, { reason: 'moved away' })
  const path = `/campaigns/${campaign.id}/vouchers`

  const [first, second] = await Promise.all([api.made(path), api.made(path)])
  t.equal(first.issued + second.issued, 1200, 'twice at once issues none twice')
  t.same(await api.made(path), { issued: 0, existing: 1200 })

  await enroll(schools[1].id, '2')
  t.same(await api.made(path), { issued: 1, existing: 1200 }, 'a late arrival gets hers')

  const csv = await api.get(path, { accept: 'text/csv' })
  const codes = csv.text.match(/,[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4},/g)!
  t.equal(new Set(codes).size, 1201, 'no two codes are alike')
})

t.test('a voucher tells its code, its payload and its state', async (t) => {
  const { api, campaign, school, enroll } = await anotherCampaign(saka)
  const enrollment = await enroll(school.id, '17')
  await api.made(`/campaigns/${campaign.id}/vouchers`, { occurredAt: '2023-09-01T08:00:00+03:00' })
  const { json: list } = await api.get(`/campaigns/${campaign.id}/vouchers?schoolId=${school.id}&status=issued`)
  const [voucher] = list.items
  t.match(voucher, {
    enrollmentId: enrollment.id,
    schoolId: school.id,
    campaignId: campaign.id,
    status: 'issued',
    issuedAt: '2023-09-01T05:00:00.000Z',
    redeemedAt: null,
    replacedById: null,
    code: /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/,
  })
  t.equal(voucher.payload, `HTTPS://SAKA.EXAMPLE.ORG/V/${voucher.code.replaceAll('-', '')}`)
  t.same((await api.get(`/vouchers/${voucher.id}`)).json, voucher)
  t.equal((await api.get(`/campaigns/${campaign.id}/vouchers?status=redeemed`)).json.items.length, 0)

  const png = await api.get(`/vouchers/${voucher.id}/qr.png`)
  t.equal(png.headers['content-type'], 'image/png')
  t.equal(await scanImage(png.bytes), voucher.payload, 'a scanner reads the payload off the picture')
  const svg = await api.get(`/vouchers/${voucher.id}/qr.svg`)
  t.match(svg.headers['content-type'], 'image/svg+xml')
  t.match(svg.text, /^<svg /)

  t.match(await api.get('/vouchers/01890a5d-ac96-774b-bcce-b302099a8057'), { status: 404, json: { code: 'not_found' } })
  t.match(await api.post('/campaigns/01890a5d-ac96-774b-bcce-b302099a8057/vouchers'), { status: 404 })
})

t.test('vouchers are not issued once the pickup has ended', async (t) => {
  const { api, campaign, school, enroll, deps } = await anotherCampaign(saka)
  await enroll(school.id, '1')
  await deps.db.transact(async ({ q, t: tables }) => {
    await q.update(tables.campaigns).set({ status: 'closing' })
  })
  t.match(await api.post(`/campaigns/${campaign.id}/vouchers`), { status: 409, json: { code: 'campaign_not_open' } })
})

t.test('a lost voucher is reissued: the old one is revoked and the two point at each other', async (t) => {
  const { api, campaign, school, enroll } = await anotherCampaign(saka)
  await enroll(school.id, '1')
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const [old] = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json.items

  const [one, other] = await Promise.all([
    api.post(`/vouchers/${old.id}/reissue`, { reason: 'lost' }),
    api.post(`/vouchers/${old.id}/reissue`, { reason: 'lost' }),
  ])
  t.same([one.status, other.status].sort(), [201, 409], 'of two reissues at once one wins')
  const fresh = (one.status === 201 ? one : other).json
  t.match((one.status === 409 ? one : other).json, { code: 'revoked', replaced: true })
  t.match(fresh, { status: 'issued', replacesId: old.id, enrollmentId: old.enrollmentId })
  t.not(fresh.code, old.code)
  t.match((await api.get(`/vouchers/${old.id}`)).json, {
    status: 'revoked',
    replacedById: fresh.id,
    revocationReason: 'lost',
  })

  t.match(await api.post(`/vouchers/${fresh.id}/revoke`, { reason: 'mistake' }), {
    status: 200,
    json: { status: 'revoked' },
  })
  const again = await api.post(`/vouchers/${fresh.id}/revoke`, { reason: 'another reason' })
  t.match(again, { status: 200, json: { revocationReason: 'mistake' } }, 'revoking twice changes nothing')
  t.same(await api.made(`/campaigns/${campaign.id}/vouchers`), { issued: 1, existing: 0 })
  t.match(await api.post(`/vouchers/${old.id}/revoke`, { reason: ' ' }), { status: 400 })

  const { items: trail } = (await api.get(`/audit/events?subjectId=${old.id}`)).json
  t.match(trail, [{ action: 'voucher.revoked' }])
  t.equal(trail.length, 1)
})

t.test('a used voucher is neither revoked nor reissued, an expired one neither', async (t) => {
  const { api, campaign, school, enroll, deps } = await anotherCampaign(saka)
  await enroll(school.id, '1')
  await enroll(school.id, '2')
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const [used, other] = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json.items
  await api.made('/redemptions', { code: used.code, schoolId: school.id, scanId: 'a' })
  for (const verb of ['revoke', 'reissue']) {
    const answer = await api.post(`/vouchers/${used.id}/${verb}`, { reason: 'lost' })
    t.match(answer, { status: 409, json: { code: 'already_redeemed', redeemedAt: '2023-09-11T06:30:00.000Z' } })
    t.match(answer.json.detail, '11/09/2023, 09:30', 'told in local time')
  }
  await deps.db.transact(async ({ q, t: tables }) => {
    await q.update(tables.campaigns).set({ status: 'closing' })
  })
  const { expireVouchers } = await import('../../src/vouchers/index.ts')
  const { systemActor } = await import('../../src/identity/index.ts')
  t.equal(await deps.db.transact((tx) => expireVouchers(deps, tx, systemActor, campaign.id)), 1)
  for (const verb of ['revoke', 'reissue']) {
    t.match(await api.post(`/vouchers/${other.id}/${verb}`, { reason: 'lost' }), {
      status: 409,
      json: { code: 'expired' },
    })
  }
})

t.test('school staff print and reissue at their own school only', async (t) => {
  const { api, as, campaign, schools, enroll } = await anotherCampaign(saka)
  await enroll(schools[0].id, '1', { givenName: 'Ελένη', familyName: 'Φωτοπούλου', section: 'Α1' })
  await enroll(schools[1].id, '2', { givenName: 'Νίκος', familyName: 'Ανδρέου', section: 'Α2' })
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const { items } = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json
  const [own, foreign] = schools.map((school) =>
    items.find((voucher: { schoolId: string }) => voucher.schoolId === school.id),
  )
  const staff = await as({ role: 'school', schoolId: schools[0].id })

  t.same((await staff.get(`/campaigns/${campaign.id}/vouchers`)).json.items, [own])
  t.match(await staff.get(`/vouchers/${foreign.id}`), { status: 404 })
  t.match(await staff.get(`/vouchers/${foreign.id}/qr.svg`), { status: 404 })
  t.match(await staff.post(`/vouchers/${foreign.id}/reissue`, { reason: 'lost' }), { status: 404 })

  const all = await api.get(`/campaigns/${campaign.id}/vouchers.pdf`)
  t.match(all.headers, { 'content-type': 'application/pdf' })
  t.equal(readPdf(all.bytes).length, 2, 'each school begins a new page')
  const theirs = await staff.get(`/campaigns/${campaign.id}/vouchers.pdf`)
  const lines = readPdf(theirs.bytes).flatMap((page) => page.lines)
  t.ok(lines.some((line) => line.includes('Ελένη')))
  t.notOk(lines.some((line) => line.includes('Νίκος')))
  t.match(await staff.get(`/campaigns/${campaign.id}/vouchers.pdf?schoolId=${schools[1].id}`), { status: 404 })

  const { json: prints } = await api.get('/audit/events?action=voucher.printed')
  t.same(
    prints.items.map((event: { change: { vouchers: number } }) => event.change.vouchers),
    [1, 2],
    'every print is on record',
  )
  t.match(await staff.post(`/vouchers/${own.id}/reissue`, { reason: 'lost' }), { status: 201 })
})

t.test('a transfer takes the right to a kit along', async (t) => {
  const { api, campaign, schools, enroll } = await anotherCampaign(saka)
  const [from, to] = schools
  const child = await enroll(from.id, '17', {
    givenName: 'Ελένη',
    section: 'Α1',
    guardians: [{ name: 'Μαρία', email: 'maria@families.example.org', language: 'sq' }],
  })
  await enroll(to.id, '17')
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const { items } = (await api.get(`/campaigns/${campaign.id}/vouchers?schoolId=${from.id}`)).json
  const moved = await api.post(`/enrollments/${child.id}/transfer`, { schoolId: to.id })
  t.match(moved, {
    status: 201,
    json: {
      schoolId: to.id,
      status: 'active',
      transferredFromId: child.id,
      givenName: 'Ελένη',
      pupilRef: '17-2',
      guardians: [{ email: 'maria@families.example.org', language: 'sq' }],
      voucher: { schoolId: to.id, status: 'issued', replacesId: items[0].id },
    },
  })
  t.match((await api.get(`/enrollments/${child.id}`)).json, { status: 'transferred' })
  t.match((await api.get(`/vouchers/${items[0].id}`)).json, {
    status: 'revoked',
    replacedById: moved.json.voucher.id,
  })
  t.match(await api.post(`/enrollments/${child.id}/transfer`, { schoolId: from.id }), {
    status: 409,
    json: { code: 'enrollment_inactive' },
  })
  t.match(await api.post(`/enrollments/${moved.json.id}/transfer`, { schoolId: to.id }), {
    status: 422,
    json: { code: 'same_school' },
  })

  await api.made('/redemptions', { code: moved.json.voucher.code, schoolId: to.id, scanId: 'after the move' })
  t.match(await api.post(`/enrollments/${moved.json.id}/transfer`, { schoolId: from.id }), {
    status: 409,
    json: { code: 'already_redeemed' },
  })
  t.match((await api.get(`/enrollments/${moved.json.id}`)).json, { status: 'active' }, 'a refusal changes nothing')
})

t.test('a child moves between schools of the campaign only, with or without a voucher', async (t) => {
  const { api, schools, enroll } = await anotherCampaign(saka)
  const child = await enroll(schools[0].id, '3')
  const elsewhere = await api.made('/communities', { code: 'Z', name: 'Άλλη' })
  const far = await api.made('/schools', { ministryCode: '9999999', name: 'Μακρινό', communityId: elsewhere.id })
  t.match(await api.post(`/enrollments/${child.id}/transfer`, { schoolId: far.id }), { status: 422 })
  t.match(await api.post(`/enrollments/${child.id}/transfer`, { schoolId: schools[1].id }), {
    status: 201,
    json: { pupilRef: '3', voucher: null },
  })
})
