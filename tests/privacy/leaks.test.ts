import t from 'tap'
import { erasePersonalDataJob } from '../../jobs/erase-personal-data.ts'
import { openLog } from '../../src/platform/observability/log.ts'
import { openCampaign } from '../support/campaign.ts'
import { fillDisk, makeRoom } from '../support/disk.ts'
import { scanImage } from '../support/qr-reader.ts'
import type { Api } from '../support/saka.ts'
import { admin, adminEnv, signIn } from '../support/sign-in.ts'
import { breaking, runStatements, withoutTrigger } from '../support/sql.ts'
import { findTold, told, toldCampaign } from './told-campaign.ts'

const problems: string[] = []
/** Calls like `api`, and keeps every problem that it is answered. */
function listening(api: Api): Api {
  const call: Api['call'] = async (...request) => {
    const answer = await api.call(...request)
    if (answer.status >= 400) problems.push(answer.text)
    return answer
  }
  return {
    ...api,
    call,
    get: (path, headers) => call('GET', path, undefined, headers),
    post: (path, body, headers) => call('POST', path, body, headers),
    patch: (path, body, headers) => call('PATCH', path, body, headers),
  }
}

t.test('from the first enrollment to the erasure no log, problem or QR code tells who it is about', async (t) => {
  const lines: string[] = []
  const log = openLog('trace', { write: (line: string) => void lines.push(line) })
  const saka = await toldCampaign(t, { log, env: adminEnv })
  const { campaign, child, school, clock, deps, stranger } = saka
  const api = listening(saka.api)
  const auditor = listening(await saka.as({ role: 'auditor' }))
  const person = {
    schoolId: school.id,
    pupilRef: told.pupilRef,
    givenName: told.givenName,
    familyName: told.familyName,
    guardians: [{ name: told.guardianName, email: told.email, phone: told.phone }],
  }
  const enrollments = `/campaigns/${campaign.id}/enrollments`
  const search = `${enrollments}?q=${encodeURIComponent(told.familyName)}`
  const because = { 'access-reason': encodeURIComponent(told.access) }
  await api.get(search, because)
  await auditor.get(search)

  // Refusals of every kind that answer to somebody's data.
  await api.post(enrollments, person)
  await api.post(enrollments, { ...person, pupilRef: '5', familyName: `=${told.familyName}` })
  await api.post(enrollments, { ...person, pupilRef: '5', guardians: [{ email: `${told.email} `.repeat(3) }] })
  await api.post(enrollments, { ...person, pupilRef: '5', section: told.section.repeat(20) })
  await api.post(enrollments, `{"familyName":"${told.familyName}"`, { 'content-type': 'application/json' })
  await api.post(enrollments, person, { 'idempotency-key': 'key-of-the-child' })
  await api.get(`/enrollments/${encodeURIComponent(told.familyName)}`)
  await api.get(`//nowhere/${encodeURIComponent(told.familyName)}?email=${told.email}`)
  await api.patch(`/enrollments/${child.id}`, { familyName: told.familyName }, { 'if-match': '"99"' })
  await api.post('/access-requests', { phone: `${told.phone}000000`, reason: told.access })
  await api.post('/erasure-requests', { enrollmentId: campaign.id, reason: told.access })
  await api.post('/redemptions', { scanId: 'scan-other-card', payload: told.raw, schoolId: school.id })
  await api.post('/redemptions', { scanId: 'scan-card', payload: `${told.raw}!`, schoolId: school.id })
  const row = `9000001;${told.pupilRef};=${told.familyName};${told.email}!\n`
  const file = `schoolCode;pupilRef;familyName;guardianEmail\n9999999;;;\n${row}${row}`
  const imported = await api.upload(`/campaigns/${campaign.id}/enrollment-imports`, file)
  t.equal(imported.status, 422)
  problems.push(imported.text)
  // A fault of ours, logged with its stack, and the disk's.
  await runStatements(deps, breaking('INSERT ON guardians'))
  t.match(await api.post(enrollments, { ...person, pupilRef: '6' }), { status: 500 })
  await runStatements(deps, withoutTrigger('broken', 'guardians'))
  // Secrets of whoever asks, and a disk that is full.
  const session = await signIn(stranger)
  await stranger.get('/me', session)
  await stranger.post('/session', { ...admin, password: 'not the password' })
  await stranger.get('/nowhere?token=saka_key_4711')
  const { code } = (await saka.api.get(`/campaigns/${campaign.id}/vouchers?status=redeemed`)).json.items[0]
  for (const spelling of [code, code.replaceAll('-', '')]) await stranger.get(`//v/${spelling}`)
  await api.get(`/schools/${code}`)
  await fillDisk(deps)
  for (let i = 0; i < 40; i++)
    await saka.api.post('/users', { email: `${i}.${told.email}`, name: told.guardianName.repeat(25), roles: [] })
  await makeRoom(deps)
  t.ok(problems.length > 12)
  for (const problem of problems) t.same(findTold(problem), [], problem)

  const { items } = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json
  for (const { id, payload } of items) {
    const { bytes } = await api.get(`/vouchers/${id}/qr.png`)
    t.equal(await scanImage(bytes), payload)
    t.match(payload, /^HTTPS:\/\/SAKA\.EXAMPLE\.ORG\/V\/[0-9A-Z]{12}$/, 'an address and a code')
  }
  await saka.end()
  clock.set('2024-03-30T09:00:00.000Z')
  await erasePersonalDataJob.run(deps)
  t.ok(lines.length > 60, `${lines.length} lines`)
  t.match(lines.join(''), /GET \/api\/v1\/campaigns\/:id\/enrollments/)
  t.same(findTold(lines.join('')), [], 'nor does the log, at its most talkative')
  const secrets =
    /saka_(key|session|device|setup)_|correct horse|not the password|(key|scan)-(first|of)|cookie|authorization/i
  for (const secret of [secrets, admin.email, code, code.replaceAll('-', ''), school.id, campaign.id, child.id])
    t.notMatch(lines.join(''), secret)
  const entries = lines.map((line) => JSON.parse(line))
  t.match(
    entries.find(({ route }) => route === 'POST /api/v1/campaigns/:id/open'),
    { level: 'info', status: 200, milliseconds: Number, reqId: String, msg: 'answered' },
  )
  const faults = new Set(entries.filter(({ level }) => level === 'error').map(({ msg }) => msg))
  t.ok(faults.has('internal_error') && faults.has('storage_unavailable'), 'faults of ours and of the disk are logged')
})

t.test('a campaign runs from enrollment to hand-out without one name or contact', async (t) => {
  const { api, campaign, school, enroll } = await openCampaign(t)
  const child = await enroll(school.id, '1')
  t.match(child, { givenName: null, familyName: null, section: null, guardians: [] })
  await api.upload(`/campaigns/${campaign.id}/enrollment-imports`, 'schoolCode;pupilRef\n9000001;2\n')
  await api.upload(`/campaigns/${campaign.id}/headcount-imports`, 'schoolCode;firstGraders\n9000002;3\n')
  t.match(await api.made(`/campaigns/${campaign.id}/vouchers`), { issued: 5 })
  t.equal((await api.get(`/campaigns/${campaign.id}/vouchers.pdf`)).status, 200)
  const { items } = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json
  for (const { code, schoolId } of items)
    t.match(await api.post('/redemptions', { code, schoolId, scanId: code }), { json: { result: 'accepted' } })
  const { erased } = (
    await api.post('/erasure-requests', { enrollmentId: child.id, includeChildren: true, reason: '-' })
  ).json
  t.same(erased, {}, 'and there is nobody to forget')
})
