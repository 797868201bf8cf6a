import type { Stage } from './stage.ts'

/** Makes an account for each role and a device for each community, and tells how to sign in as each. */
export async function openAccounts({ api, tell, warehouse, communities }: Stage, password: string): Promise<void> {
  const [school] = await api.list('/schools')
  const accounts = [
    { name: 'Ελένη Συντονίστρια', grant: { role: 'coordinator' } },
    { name: 'Νίκος Αποθηκάριος', grant: { role: 'warehouse', warehouseId: warehouse.id } },
    { name: 'Σοφία Διευθύντρια', grant: { role: 'school', schoolId: school.id } },
    { name: 'Πέτρος Ελεγκτής', grant: { role: 'auditor' } },
  ]
  const rows = []
  for (const { name, grant } of accounts) {
    const email = `${grant.role}@saka.example.org`
    await api.post('/users', { email, name, password, roles: [grant] })
    rows.push({ role: grant.role, 'e-mail': email, password, at: placeOf(grant, school, warehouse) })
  }
  tell.step('An account for each role, beside the administrator’s:', rows)
  tell.step('A device in each community, by the token that it sends:', await openDevices(api, communities))
}

async function openDevices(api: Stage['api'], communities: Stage['communities']): Promise<Record<string, string>[]> {
  const rows = []
  for (const community of Object.values(communities)) {
    const [school] = await api.list(`/schools?communityId=${community.id}`)
    const { provisioningToken } = await api.post('/devices', { name: `Κινητό, ${school.name}`, schoolId: school.id })
    const { deviceToken } = await api.post('/devices/provision', { provisioningToken })
    rows.push({ community: community.code, school: school.name, token: deviceToken })
  }
  return rows
}

const placeOf = (grant: object, school: any, warehouse: any): string =>
  'schoolId' in grant ? school.name : 'warehouseId' in grant ? warehouse.name : 'everywhere'
