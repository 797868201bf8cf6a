import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { moveCampaign } from '../../src/campaigns/index.ts'
import { projectRoot } from '../../src/platform/project-root.ts'
import { openCampaign } from '../support/campaign.ts'

const sample = (name: string) => readFileSync(join(projectRoot, 'src/demo/data/piraeus', name))

/** A campaign of the whole municipality, with the schools of the example data. */
async function piraeus(t: Parameters<typeof openCampaign>[0]) {
  const saka = await openCampaign(t, { schools: 0, draft: true })
  const { api, campaign } = saka
  await api.upload('/school-imports?createCommunities=true', sample('schools.csv'))
  const communities = (await api.get('/communities')).json.items
  await api.patch(`/campaigns/${campaign.id}`, { communityIds: communities.map((item: { id: string }) => item.id) })
  const path = `/campaigns/${campaign.id}/enrollment-imports`
  const children = async (query = '') =>
    (await api.get(`/campaigns/${campaign.id}/enrollments?limit=500&${query}`)).json.items
  return { ...saka, path, children }
}

const header = 'schoolCode;pupilRef;familyName;givenName;section;guardianName;guardianEmail;guardianPhone;language'
const rowsOf = (...rows: string[]) => [header, ...rows].join('\n')

t.test('every file of a municipality gives its children, in any encoding and form', async (t) => {
  const { api, path, campaign, children } = await piraeus(t)
  const csv = await api.upload(path, sample('enrollments-2021.csv'))
  t.match(csv, {
    status: 200,
    json: { dryRun: false, rows: 571, created: 571, updated: 0, unchanged: 0, rejected: 0, errors: [] },
  })
  const [first] = await children(`q=${encodeURIComponent('ΦΩΤΟΠΟΥΛΟΥ')}`)
  t.match(first, { familyName: 'Φωτοπούλου', status: 'active' })
  t.match(await children(`q=${encodeURIComponent('Shehu Ardit')}`), [
    { guardians: [{ email: /@families\.example\.org$/, phone: /^\+3069\d{8}$/, language: 'sq' }] },
  ])
  const again = await api.upload(path, sample('enrollments-2021.csv'))
  t.match(again.json, { created: 0, updated: 0, unchanged: 571 })
  const old = await api.upload(path, sample('enrollments-2021.windows-1253.csv'))
  t.match(old.json, { rows: 571, created: 0, rejected: 0 })
  const scope = (await api.get(`/campaigns/${campaign.id}`)).json
  const other = await api.made('/campaigns', { ...scope, name: 'Σχολικά σετ 2021' })
  const legacy = await api.upload(
    `/campaigns/${other.id}/enrollment-imports`,
    sample('enrollments-2021.windows-1253.csv'),
  )
  t.match(legacy.json, { rows: 571, created: 571, rejected: 0 })
  const later = await api.made('/campaigns', { ...scope, name: 'Σχολικά σετ 2022' })
  const xlsx = await api.upload(
    `/campaigns/${later.id}/enrollment-imports`,
    sample('enrollments-2023.xlsx'),
    'application/octet-stream',
  )
  t.match(xlsx.json, { rows: 1438, created: 1438, rejected: 0, errors: [] })
  const late = await api.upload(`/campaigns/${later.id}/enrollment-imports`, sample('late-arrivals-2023.csv'))
  t.match(late.json, { rows: 86, created: 86, unchanged: 0, rejected: 0 })
})

t.test('a file with faults imports nothing, and each fault says where and what', async (t) => {
  const { api, path, children } = await piraeus(t)
  const answer = await api.upload(path, sample('enrollments-broken.csv'))
  t.match(answer, { status: 422, json: { code: 'import_rejected' } })
  const { report } = answer.json
  t.match(report, {
    dryRun: false,
    rows: 12,
    created: 0,
    updated: 0,
    unchanged: 0,
    rejected: 8,
    errorsTruncated: false,
  })
  t.same(
    report.errors.map((fault: { row: number; column: string; code: string }) => [fault.row, fault.column, fault.code]),
    [
      [3, 'Κωδικός Σχολείου', 'unknown_school'],
      [4, 'Α.Μ.', 'missing_value'],
      [6, 'Α.Μ.', 'duplicate_pupil_ref'],
      [7, 'Email Κηδεμόνα', 'invalid_email'],
      [8, 'Γλώσσα', 'unknown_language'],
      [9, 'Όνομα', 'formula'],
      [10, 'Κινητό Κηδεμόνα', 'invalid_phone'],
      [11, 'Κωδικός Σχολείου', 'invalid_school_code'],
    ],
  )
  for (const { message, messageEl } of report.errors) {
    t.match(message, /^[^Α-Ωα-ω]*["A-Za-z]/)
    t.match(messageEl, /[Α-Ωα-ω].*\.$/)
  }
  t.match(report.errors[2].message, /row 5/)
  t.equal((await children()).length, 0)

  const preview = await api.upload(`${path}?dryRun=true`, sample('enrollments-broken.csv'))
  t.match(preview, { status: 200, json: { dryRun: true, rows: 12, created: 4, rejected: 8, errors: report.errors } })
  t.equal((await children()).length, 0)

  const partial = await api.upload(`${path}?partial=true`, sample('enrollments-broken.csv'))
  t.match(partial, { status: 200, json: { created: 4, rejected: 8 } })
  t.equal((await children()).length, 4)
})

t.test('a row may have several faults, and only the first thousand are listed', async (t) => {
  const { api, path } = await piraeus(t)
  const many = rowsOf(...Array.from({ length: 700 }, (_, i) => `9000001;${i};a;b;;;nobody;12;`))
  const { report } = (await api.upload(path, many)).json
  t.match(report, { rows: 700, rejected: 700, errorsTruncated: true })
  t.equal(report.errors.length, 1000)
  t.match(report.errors.slice(0, 3), [
    { row: 2, column: 'guardianEmail' },
    { row: 2, column: 'guardianPhone' },
    { row: 3, column: 'guardianEmail' },
  ])
})

t.test('a header is read in any order, spelling and language, and says what it lacks', async (t) => {
  const { api, path } = await piraeus(t)
  const good = 'ΤΜΗΜΑ,α.μ.,Code,ονομα\nΑ1,1,9000001,Ζωή\n'
  t.match((await api.upload(`${path}?dryRun=true`, good)).json, { created: 1, rejected: 0 })
  const twice = await api.upload(path, 'schoolCode;Κωδικός Σχολείου;ΑΜ\n9000001;9000001;1\n')
  t.match(twice.json.report, { rejected: 1, errors: [{ row: 1, column: 'schoolCode', code: 'duplicate_column' }] })
  const lacking = await api.upload(`${path}?partial=true`, 'schoolCode;familyName\n9000001;a\n9000001;b\n')
  t.match(lacking, {
    status: 200,
    json: { rows: 2, created: 0, rejected: 2, errors: [{ row: 1, column: 'pupilRef', code: 'missing_column' }] },
  })
  t.match(
    (await api.upload(path, `${header}\n`)).json,
    { rows: 0, created: 0, errors: [] },
    'a list without children is no fault',
  )
})

t.test('a later file changes what it says and nothing else', async (t) => {
  const { api, path, children } = await piraeus(t)
  await api.upload(
    path,
    rowsOf(
      '9000001;1;Λιάπης;Γιώργος;Α1;Λιάπη Σοφία;s@example.org;6902128000;',
      '9000001;2;Gjoka;Besa;Α1;;;;',
      '9000001;3;Ζ;Η;Α1;;;;',
    ),
  )
  const [child] = await children('q=λιαπησ')
  t.match(child.guardians, [{ name: 'Λιάπη Σοφία', language: 'el' }])
  const second = await api.patch(`/enrollments/${child.id}`, {
    guardians: [...child.guardians, { phone: '2104000001' }],
  })
  t.equal(second.json.guardians.length, 2)
  const [leaver] = await children('q=3')
  await api.made(`/enrollments/${leaver.id}/withdraw`, { reason: 'moved' })

  const sections = 'schoolCode;pupilRef;section\n9000001;1;Α2\n9000001;2;Α1\n9000001;3;Α9\n'
  t.match((await api.upload(`${path}?dryRun=true`, sections)).json, { created: 0, updated: 1, unchanged: 2 })
  t.match((await api.upload(path, sections)).json, { created: 0, updated: 1, unchanged: 2 })
  t.match(await children('q=λιαπησ'), [
    { section: 'Α2', guardians: [{ email: 's@example.org' }, { phone: '+302104000001' }], version: 3 },
  ])
  t.match(await children('q=3'), [{ status: 'withdrawn', section: 'Α1' }])

  const contacts = rowsOf('9000001;1;Λιάπης;Γιώργος;Α2;;;;', '9000001;2;Gjoka;Besa;Α1;;besa@example.org;;sq')
  t.match((await api.upload(path, contacts)).json, { updated: 2, unchanged: 0 })
  t.match(
    await children('q=λιαπησ'),
    [{ guardians: [{ phone: '+302104000001' }] }],
    'an empty contact is taken out, the second guardian stays',
  )
  t.match(await children('q=gjoka'), [{ guardians: [{ email: 'besa@example.org', language: 'sq' }] }])
  t.match((await api.upload(path, contacts)).json, { updated: 0, unchanged: 2 })
  const trail = (await api.get(`/audit/events?subjectId=${child.id}&limit=2`)).json.items
  t.same(trail[0].change, { fields: ['guardianName', 'guardianEmail', 'guardianPhone', 'language'] })
  t.same(trail[1].change, { fields: ['section'] })
})

t.test(
  'the same file twice at once enrolls each child once, and each import that changed something is on the trail',
  async (t) => {
    const { api, path, children } = await piraeus(t)
    const answers = await Promise.all([1, 2, 3].map(() => api.upload(path, sample('late-arrivals-2023.csv'))))
    t.same(answers.map(({ json }) => json.created).sort(), [0, 0, 86])
    t.equal((await children()).length, 86)
    const trail = (await api.get('/audit/events?action=enrollment.imported')).json.items
    t.equal(trail.length, 1)
    t.match(trail[0].change, { sha256: /^[0-9a-f]{64}$/, created: 86, updated: 0, rejected: 0 })
  },
)

t.test('an idempotency key stands for one file', async (t) => {
  const { api, path } = await piraeus(t)
  const key = { 'idempotency-key': 'a' }
  const first = await api.upload(path, rowsOf('9000001;1;;;;;;;'), 'text/csv', key)
  t.match(first.json, { created: 1 })
  const again = await api.upload(path, rowsOf('9000001;1;;;;;;;'), 'text/csv', key)
  t.same([again.headers['idempotency-replayed'], again.json], ['true', first.json])
  const other = await api.upload(path, rowsOf('9000001;2;;;;;;;'), 'text/csv', key)
  t.match(other, { status: 422, json: { code: 'idempotency_key_reused' } }, 'another file of the same length')
})

t.test('children come into a campaign that is a draft or open', async (t) => {
  const { api, as, deps, campaign, path } = await piraeus(t)
  const coordinator = await as({ role: 'coordinator' })
  t.equal((await coordinator.upload(path, rowsOf('9000001;1;;;;;;;'))).status, 200)
  await api.made(`/campaigns/${campaign.id}/open`)
  t.equal((await coordinator.upload(path, rowsOf('9000001;2;;;;;;;'))).status, 200)
  await deps.db.transact((tx) => moveCampaign(tx, campaign.id, 'open', { status: 'closing' }))
  t.match(await coordinator.upload(path, rowsOf('9000001;3;;;;;;;')), {
    status: 409,
    json: { code: 'campaign_not_open' },
  })
  t.equal((await api.upload(path.replace(campaign.id, campaign.kitId), rowsOf('9000001;1;;;;;;;'))).status, 404)
})

t.test('a school outside the campaign is a fault of its own', async (t) => {
  const { api, path, campaign } = await piraeus(t)
  await api.patch(`/campaigns/${campaign.id}`, { communityIds: campaign.communityIds })
  const [inside] = (await api.get(`/schools?communityId=${campaign.communityIds[0]}`)).json.items
  const { report } = (
    await api.upload(path, rowsOf('9000028;1;;;;;;;', '9999999;1;;;;;;;', `${inside.ministryCode};1;;;;;;;`))
  ).json
  t.match(report.errors, [
    { row: 2, code: 'school_not_in_campaign' },
    { row: 3, code: 'unknown_school' },
  ])
  t.equal(report.rejected, 2)
})

t.test('what is no readable file says so, and imports nothing', async (t) => {
  const { api, deps, path } = await piraeus(t)
  deps.config.uploadLimitBytes = 2_000_000
  const xlsx = sample('enrollments-2023.xlsx')
  t.match(await api.upload(path, ''), { json: { code: 'unreadable_file' } })
  t.match(await api.post(path), { status: 400, json: { code: 'file_missing' } })
  t.match(await api.upload(path, xlsx.subarray(0, 40_000)), { status: 422, json: { code: 'unreadable_file' } })
  t.match(await api.upload(`${path}?dryRun=true`, Buffer.from('%PDF-1.7')), {
    status: 415,
    json: { code: 'unsupported_file' },
  })
  t.match(await api.upload(path, Buffer.alloc(2_000_001, 'a;b\n')), { status: 413, json: { code: 'file_too_large' } })
  t.match(await api.upload(`${path}?charset=klingon`, rowsOf('9000001;1;;;;;;;')), {
    status: 422,
    json: { code: 'unreadable_file' },
  })
  t.match(await api.upload(path, 'schoolCode;pupilRef;familyName\n9000001;1;"open', 'text/csv'), { status: 422 })
})

t.test('a workbook may unpack to six times what a file may have, and no more', async (t) => {
  const { api, deps, path } = await piraeus(t)
  const xlsx = sample('enrollments-2023.xlsx')
  const unpacked = 1_219_930
  t.ok(xlsx.length < unpacked / 6, 'a sheet packs well')
  deps.config.uploadLimitBytes = Math.ceil(unpacked / 6)
  t.match(await api.upload(`${path}?dryRun=true`, xlsx), { status: 200, json: { created: 1438 } })
  deps.config.uploadLimitBytes = Math.floor(unpacked / 6)
  t.match(await api.upload(`${path}?dryRun=true`, xlsx), { status: 413, json: { code: 'file_too_large' } })
})

t.test('a file may come in a form, and its charset be named', async (t) => {
  const { api, path, children } = await piraeus(t)
  const greek = Buffer.from([0xcb, 0xe9, 0xdc, 0xf0, 0xe7, 0xf2]) // Λιάπης in ISO-8859-7 and Windows-1253
  const file = Buffer.concat([Buffer.from('schoolCode;pupilRef;familyName\n9000001;1;'), greek])
  const form = Buffer.concat([
    Buffer.from('--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'),
    Buffer.from(
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n',
    ),
    file,
    Buffer.from('\r\n--x--\r\n'),
  ])
  const type = 'multipart/form-data; boundary=x'
  t.match((await api.upload(path, form, type)).json, { created: 1 })
  t.match(await children('q=λιαπησ'), [{ familyName: 'Λιάπης' }])
  const named = await api.upload(path, file, 'text/csv; charset=ISO-8859-7')
  t.match(named.json, { unchanged: 1 })
  t.match((await api.upload(`${path}?charset=windows-1253`, file)).json, { unchanged: 1 })
  t.match(await api.upload(path, file, 'text/csv; charset=utf-8'), { status: 422, json: { code: 'unreadable_file' } })
  t.match(await api.upload(path, form.subarray(0, -30), type), { status: 400, json: { code: 'file_incomplete' } })
  t.match(await api.upload(path, Buffer.from('--x--\r\n'), type), { status: 400, json: { code: 'file_missing' } })
})
