import t from 'tap'
import { virtualLocations } from '../../src/places/index.ts'
import { openCampaign } from '../support/campaign.ts'
import { startSaka } from '../support/saka.ts'

type Json = any
const names = ({ json }: Json): string[] => json.items.map(({ name }: Json) => name)
const nowhere = '01890a5d-ac96-774b-bcce-b302099a8057'

t.test('communities and schools are added, changed field by field, and keep their codes to themselves', async (t) => {
  const { api } = await startSaka(t)
  const a = await api.made('/communities', {
    code: 'A',
    name: 'Α΄ Δημοτική Κοινότητα',
    nameLatin: '1st Municipal Community',
  })
  const b = await api.made('/communities', { code: 'B', name: 'Β΄ Δημοτική Κοινότητα' })
  t.match(b, { nameLatin: null, version: 1 })
  t.match(await api.patch(`/communities/${b.id}`, { nameLatin: '2nd' }), {
    json: { code: 'B', name: b.name, nameLatin: '2nd', version: 2 },
  })
  t.match(await api.patch(`/communities/${b.id}`, { nameLatin: null }), { json: { nameLatin: null } })
  t.match(await api.patch(`/communities/${b.id}`, { code: 'A' }), {
    status: 409,
    json: { code: 'community_code_taken' },
  })
  t.match(await api.post('/communities', { code: 'A', name: 'Άλλη' }), { status: 409 })

  const school = { ministryCode: '9000001', name: '1ο Δημοτικό Σχολείο Πειραιά', communityId: a.id }
  const contacts = {
    address: 'Κολοκοτρώνη 58',
    postalCode: '185 35',
    latitude: 37.94,
    longitude: 23.64,
    email: 'school@example.org',
    phone: '+30 210 400 0002',
  }
  const made = await api.made('/schools', { ...school, ...contacts })
  t.match(made, { ...school, ...contacts, version: 1 })
  t.match((await api.get(`/schools/${made.id}`)).json, made)
  const moved = await api.patch(`/schools/${made.id}`, { communityId: b.id, phone: null })
  t.match(moved.json, { ...school, ...contacts, communityId: b.id, phone: null, version: 2 })
  t.match(await api.patch(`/schools/${made.id}`, { communityId: nowhere }), {
    status: 422,
    json: { code: 'unknown_community' },
  })
  t.match(await api.post('/schools', { ...school, communityId: nowhere, ministryCode: '9000002' }), { status: 422 })
  t.match(await api.post('/schools', school), { status: 409, json: { code: 'ministry_code_taken' } })
  const other = await api.made('/schools', { ...school, ministryCode: '9000002' })
  t.match(await api.patch(`/schools/${other.id}`, { ministryCode: '9000001' }), { status: 409 })
  t.match(
    (await api.get(`/schools/${other.id}`)).json,
    { ministryCode: '9000002', version: 1 },
    'nothing of a refused change stays',
  )
  t.match((await api.get(`/schools?communityId=${b.id}`)).json.items, [{ id: made.id }])
})

t.test('a school’s yard is a location, which takes its name', async (t) => {
  const { api } = await startSaka(t)
  const { id: communityId } = await api.made('/communities', { code: 'A', name: 'Α΄' })
  const school = await api.made('/schools', { ministryCode: '9000001', name: '1ο Δημοτικό', communityId })
  const warehouse = await api.made('/warehouses', { name: 'Κεντρική αποθήκη' })
  t.match(warehouse, { kind: 'warehouse', schoolId: null })
  t.match(await api.post('/warehouses', { name: 'Κεντρική αποθήκη' }), {
    status: 409,
    json: { code: 'warehouse_name_taken' },
  })
  await api.patch(`/schools/${school.id}`, { name: '1ο Δημοτικό Σχολείο' })

  const { items } = (await api.get('/locations')).json
  t.same(
    items.slice(0, 4).map(({ id, kind }: Json) => [kind, id]),
    Object.entries(virtualLocations),
    'the ends of the ledger are there from the start',
  )
  t.match(items.slice(4), [
    { id: school.locationId, kind: 'school', name: '1ο Δημοτικό Σχολείο', schoolId: school.id },
    { id: warehouse.id, kind: 'warehouse', schoolId: null },
  ])
  t.same((await api.get('/locations?kind=warehouse')).json.items, [warehouse])
})

t.test(
  'schools are found by name in any case, with or without accents, and by the beginning of their code',
  async (t) => {
    const { api } = await startSaka(t)
    const { id: communityId } = await api.made('/communities', { code: 'A', name: 'Α΄' })
    const school = (ministryCode: string, name: string) => api.made('/schools', { ministryCode, name, communityId })
    await school('9000028', '28ο Δημοτικό Σχολείο Πειραιά «Ράλλειο»')
    await school('9000031', '31ο ΔΗΜΟΤΙΚΟ ΣΧΟΛΕΙΟ ΠΕΙΡΑΙΑ')
    await school('WAKE-7', 'École 100 % Élémentaire_A')
    const find = async (q: string) =>
      (await api.get(`/schools?q=${encodeURIComponent(q)}`)).json.items.map(({ ministryCode }: Json) => ministryCode)
    t.same(await find('ραλλειο'), ['9000028'])
    t.same(await find('ΡΆΛΛΕΙΟ'), ['9000028'])
    t.same(await find('πειραια'), ['9000028', '9000031'])
    t.same(await find('δημοτικό'), ['9000028', '9000031'])
    t.same(await find('ECOLE'), ['WAKE-7'])
    t.same(await find('90000'), ['9000028', '9000031'])
    t.same(await find('000028'), [], 'a code is read from its beginning')
    t.same(await find('wake'), ['WAKE-7'])
    t.same(await find('100 %'), ['WAKE-7'])
    t.same(await find('wake-7'), ['WAKE-7'])
    t.same(await find('_ '), await find(''), 'signs are nothing to look for')
    t.same(await find('νηπιαγωγείο'), [])
  },
)

t.test('who has two schools sees both, and the wider of two roles counts', async (t) => {
  const { schools, as, warehouse } = await openCampaign(t, { schools: 3 })
  const both = await as({ role: 'school', schoolId: schools[0].id }, { role: 'school', schoolId: schools[2].id })
  t.same(names(await both.get('/schools')), [schools[0].name, schools[2].name])
  t.same(names(await both.get('/locations?kind=warehouse')), [warehouse.name], 'where kits come from is no secret')
  const mixed = await as({ role: 'school', schoolId: schools[0].id }, { role: 'auditor' })
  t.equal(names(await mixed.get('/schools')).length, 3)
})
