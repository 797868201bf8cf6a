import { parse } from 'csv-parse/sync'
import t from 'tap'
import { openLog } from '../../src/platform/observability/log.ts'
import { openCampaign } from '../support/campaign.ts'
import { writtenContract } from '../support/contract.ts'
import { startSaka } from '../support/saka.ts'
import { stockHands } from '../support/stock.ts'
import { listen, request } from '../support/wire.ts'

const saka = await openCampaign(t)
const { api, campaign, community, school, schools, kit, warehouse, enroll, receive, deps } = saka

/** What a spreadsheet would run (OWASP, CSV injection), and what would end a header, a cell or a line. */
const formulas = ['=1+1', '+1', '-1+1', '@SUM(1)', '\t=1', '\r=1', '\n=1', '＝1+1', ' =1+1', '";=1+1;"', "'=1"]
const breaks = 'x\r\nSet-Cookie: saka_session=evil\r\n\r\n<script>alert(1)</script>'

await receive(200)
for (const [i, text] of formulas.entries()) {
  await api.post('/communities', { code: `F${i}`, name: text })
  await api.post('/warehouses', { name: `${text} ${i}` })
  await api.post('/schools', { ministryCode: `800000${i}`, name: text, communityId: community.id, address: text })
  await api.post('/kits', { name: text, items: [{ name: text, quantity: 1, unitCostCents: 1 }] })
  await api.post('/users', { email: `f${i}@example.org`, name: text, roles: [] })
  await api.post('/api-keys', { name: text, roles: [] })
  await api.post('/devices', { name: text, schoolId: school.id })
  await enroll(school.id, `F${i}`, { givenName: 'Ελένη', section: text }).catch(() => undefined)
  await api.post('/adjustments', { locationId: warehouse.id, kitId: kit.id, quantity: -1, reason: 'lost', note: text })
  const body = { campaignId: campaign.id, warehouseId: warehouse.id, schoolId: school.id, quantity: 1, note: text }
  await api.post('/shipments', body)
  await api.post('/redemptions', { code: text, schoolId: school.id, scanId: `f${i}` })
}

const document = writtenContract()
const lists = Object.entries<any>(document.paths)
  .filter(([, { get }]) => get?.responses[200]?.content?.['text/csv'])
  .map(([path]) => path.replace('/api/v1', ''))
const startsFormula = (cell: string) => /^[=+\-@\t\r\n＝＋－＠]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell)

t.test(`no cell of ${lists.length} lists can start a formula`, async (t) => {
  t.ok(lists.length > 15)
  t.ok(startsFormula('=1+1') && !startsFormula('-1') && !startsFormula("'=1+1"))
  let guarded = 0
  for (const path of lists) {
    const { status, text } = await api.get(path.replace('{id}', campaign.id), { accept: 'text/csv' })
    if (status !== 200) continue
    const cells: string[] = parse(text, { bom: true, delimiter: [',', ';'] }).flat()
    t.same(cells.filter(startsFormula), [], path)
    guarded += cells.filter((cell) => /^'[=+\-@]/.test(cell)).length
  }
  t.ok(guarded > 20, `${guarded} would have`)
})

t.test('no name makes a header, a cookie or a second answer', async (t) => {
  const wire = await listen(t, deps)
  const { key } = await api.made('/api-keys', { name: breaks, roles: [{ role: 'admin' }] })
  await api.patch(`/schools/${school.id}`, { name: breaks, address: breaks })
  await api.patch(`/campaigns/${campaign.id}`, { name: breaks })
  const hands = stockHands(saka)
  const shipment = await hands.plan(schools[1].id, 1)
  const get = (path: string, headers = {}) =>
    wire.say(request(`GET /api/v1${path}`, { Authorization: `Bearer ${key}`, Connection: 'close', ...headers }))
  const paths = [
    `/shipments/${shipment.id}/delivery-note.pdf`,
    `/campaigns/${campaign.id}/vouchers.pdf`,
    `/schools/${school.id}`,
    '/nowhere/%0d%0aSet-Cookie:%20evil=1',
    '/schools?q=%0d%0aSet-Cookie:%20evil=1',
    '/schools?cursor=%0d%0aSet-Cookie:%20evil=1',
  ]
  for (const path of paths) {
    const [head = ''] = (await get(path)).split('\r\n\r\n')
    t.match(head, /^HTTP\/1\.1 \d{3} /, path)
    t.notMatch(head, /^set-cookie|=evil|<script/im, path)
  }
  const [note = ''] = (await get(paths[0]!)).split('\r\n\r\n')
  t.match(note, /content-disposition: inline; filename="delivery-note-\d+\.pdf"/i)
})

t.test('no name becomes markup on the parent’s page', async (t) => {
  await enroll(school.id, 'page')
  await api.patch(`/schools/${school.id}`, {
    name: `<script>alert("1")</script>`,
    address: `"><img src=x onerror='1'>`,
  })
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const vouchers = (await api.get(`/campaigns/${campaign.id}/vouchers?schoolId=${school.id}`)).json.items
  const { text } = await saka.stranger.get(`//v/${vouchers[0].code}`)
  t.match(text, '&lt;script&gt;alert(&quot;1&quot;)')
  t.notMatch(text, /<script|<img src=x/)
  const { text: unknown } = await saka.stranger.get(
    `//v/${encodeURIComponent('<script>1</script>')}?lang=%22%3E%3Cscript%3E`,
  )
  t.notMatch(unknown, '<script')
})

t.test('no word that is looked for becomes a query', async (t) => {
  const all = (await api.get('/schools?limit=500')).json.items.length
  const words = [
    "' OR '1'='1",
    "'; DROP TABLE schools; --",
    "\\' OR 1=1 --",
    '" OR ""="',
    "') UNION SELECT password_hash FROM users --",
  ]
  for (const word of words) {
    const answer = await api.get(`/schools?q=${encodeURIComponent(word)}`)
    t.match(answer, { status: 200, json: { items: [] } }, word)
    t.notMatch(answer.text, 'argon2')
  }
  t.equal((await api.get('/schools?limit=500')).json.items.length, all)
  t.ok(all > 0)
})

t.test('no request writes a line of its own into the log', async (t) => {
  const lines: string[] = []
  const log = openLog('info', { write: (line: string) => void lines.push(line) })
  const { api, stranger } = await startSaka(t, { log })
  const forged = '{"level":"info","msg":"forged"}'
  await stranger.get(`/schools?q=${encodeURIComponent(`x\n${forged}`)}`, { 'user-agent': `x ${forged}` })
  await api.post('/warehouses', { name: `x\n${forged}` })
  await api.get(`/schools/%0a${encodeURIComponent(forged)}`)
  t.ok(lines.length >= 3, 'they were logged')
  for (const line of lines.join('').trimEnd().split('\n')) t.not(JSON.parse(line).msg, 'forged')
})
