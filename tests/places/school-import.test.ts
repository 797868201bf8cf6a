import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'
import { startSaka } from '../support/saka.ts'

const schoolsOfPiraeus = readFileSync(join(projectRoot, 'src/demo/data/piraeus/schools.csv'))
const path = '/school-imports'

t.test('a file of schools makes schools, their yards and, if asked to, their communities', async (t) => {
  const { api } = await startSaka(t)
  const refused = await api.upload(path, schoolsOfPiraeus)
  t.match(refused, { status: 422, json: { report: { rows: 45, rejected: 45 } } })
  t.match(refused.json.report.errors[0], { row: 2, column: 'Κοινότητα', code: 'unknown_community' })
  t.match((await api.upload(`${path}?createCommunities=true&dryRun=true`, schoolsOfPiraeus)).json, {
    created: 45,
    rejected: 0,
  })
  t.equal((await api.get('/communities')).json.items.length, 0)

  t.match((await api.upload(`${path}?createCommunities=true`, schoolsOfPiraeus)).json, { created: 45, rejected: 0 })
  const communities = (await api.get('/communities')).json.items
  t.same(
    communities.map((item: { code: string }) => item.code),
    ['A', 'B', 'C', 'D', 'E'],
  )
  t.match(communities[3], { name: 'Δ΄ Δημοτική Κοινότητα' })
  const [first] = (await api.get('/schools')).json.items
  t.match(first, {
    ministryCode: '9000001',
    name: '1ο Δημοτικό Σχολείο Πειραιά',
    communityId: communities[0].id,
    postalCode: '185 42',
    latitude: 37.955052,
    longitude: 23.657018,
    email: 'school01@schools.example.org',
    phone: '+302104000001',
  })
  t.match((await api.get('/locations?kind=school&limit=1')).json.items, [{ kind: 'school' }])
  t.match((await api.upload(path, schoolsOfPiraeus)).json, { created: 0, updated: 0, unchanged: 45 })
})

t.test('a community is found by its code or its name, and one school by its code', async (t) => {
  const { api } = await startSaka(t)
  const a = await api.made('/communities', { code: 'A', name: 'Πρώτη', nameLatin: 'First' })
  const d = await api.made('/communities', { code: 'D', name: 'Τέταρτη' })
  const file = 'code,name,community\n1,Α,a\n2,Β,ΠΡΩΤΗ\n3,Γ,first\n4,Δ,Δ΄ Δημοτική Κοινότητα\n'
  t.match((await api.upload(path, file)).json, { created: 4 })
  const schools = (await api.get('/schools')).json.items
  t.same(
    schools.map((school: { communityId: string }) => school.communityId),
    [a.id, a.id, a.id, d.id],
  )

  t.match((await api.upload(path, 'code,name,community\n1,Α,D\n2,Άλλο,A\n3,Γ,A\n5,Ε,A\n')).json, {
    created: 1,
    updated: 2,
    unchanged: 1,
  })
  t.match((await api.get(`/schools/${schools[0].id}`)).json, { communityId: d.id, version: 2 })
  const yards = (await api.get('/locations?kind=school')).json.items
  t.ok(
    yards.some((yard: { name: string }) => yard.name === 'Άλλο'),
    'the yard is called as its school',
  )
  t.match((await api.get(`/audit/events?subjectId=${schools[0].id}&limit=1`)).json.items, [
    { action: 'school.changed', change: { fields: ['communityId'] } },
  ])
})

t.test('the faults of a file of schools are listed', async (t) => {
  const { api } = await startSaka(t)
  await api.made('/communities', { code: 'A', name: 'Πρώτη' })
  const rows = [
    'code;name;community;latitude;longitude;email;phone',
    '1;a;A;91;x;no;no',
    '1;a;A;;;;',
    ' ;;;;;;',
    '2;=a;Q;;;;',
    `3;${'a'.repeat(201)};A;37,9;23.6;;`,
  ]
  const { report } = (await api.upload(path, rows.join('\n'))).json
  t.same(
    report.errors.map((fault: { row: number; column: string; code: string }) => [fault.row, fault.column, fault.code]),
    [
      [2, 'latitude', 'invalid_number'],
      [2, 'longitude', 'invalid_number'],
      [2, 'email', 'invalid_email'],
      [2, 'phone', 'invalid_phone'],
      [3, 'code', 'duplicate_school'],
      [5, 'name', 'formula'],
      [5, 'community', 'unknown_community'],
      [6, 'name', 'too_long'],
    ],
  )
  t.match(report, { rows: 4, rejected: 4 })
})
