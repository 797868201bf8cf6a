import { plusMilliseconds } from '../shared/time.ts'
import { euros } from './narrator.ts'
import { exampleFile, type Stage } from './stage.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** The kit that both campaigns give: EUR 85.70. */
const kitItems = [
  { name: 'Σακίδιο (schoolbag)', quantity: 1, unitCostCents: 3900 },
  { name: 'Κασετίνα (pencil case)', quantity: 1, unitCostCents: 1250 },
  { name: 'Τετράδιο (exercise book)', quantity: 8, unitCostCents: 110 },
  { name: 'Μολύβια και ξυλομπογιές (pencils)', quantity: 1, unitCostCents: 1440 },
  { name: 'Παγούρι (water bottle)', quantity: 1, unitCostCents: 1100 },
]

/** Drafts a campaign with a kit of its year and opens it. */
export async function openCampaign({ api, tell }: Stage, campaign: Record<string, any>): Promise<any> {
  const kit = await api.post('/kits', { name: `Σχολικό σετ ${campaign.year}`, items: kitItems })
  const draft = await api.post('/campaigns', { ...campaign, kitId: kit.id })
  const open = await api.post(`/campaigns/${draft.id}/open`)
  tell.step(
    `The coordinator opens the ${open.year} campaign: ${open.communityIds.length} communities, ${open.targetQuantity} kits ` +
      `of ${euros(kit.unitCostCents)}, budget ${euros(open.budgetCents)}, pickup ${open.pickupFrom} to ${open.pickupUntil}.`,
  )
  return open
}

/** Imports a file after looking at it first. */
export async function importFile({ api, tell }: Stage, path: string, name: string): Promise<void> {
  const file = exampleFile(name)
  const preview = await api.upload(`${path}?dryRun=true`, file)
  const { status, body } = await api.upload(path, file)
  const { rows, created, updated, unchanged, rejected } = body
  if (status !== 200) throw new Error(`${name} was answered with ${status}: ${JSON.stringify(body)}`)
  tell.step(`${name} is previewed (${preview.body.rows} rows, ${preview.body.rejected} rejected) and imported:`, [
    { rows, created, updated, unchanged, rejected },
  ])
}

/** Receives a delivery from the supplier. */
export async function receive(stage: Stage, campaign: any, quantity: number, documentNumber: string): Promise<void> {
  const { api, tell, warehouse } = stage
  const kit = await api.get(`/kits/${campaign.kitId}`)
  await api.post('/receipts', {
    warehouseId: warehouse.id,
    kitId: kit.id,
    campaignId: campaign.id,
    quantity,
    damagedQuantity: 0,
    unitCostCents: kit.unitCostCents,
    supplier: 'Χαρτική Πειραιά (example)',
    documentNumber,
  })
  tell.step(`The warehouse receives ${quantity} kits under ${documentNumber}: ${euros(quantity * kit.unitCostCents)}.`)
}

/** Divides what there is among the schools and confirms it. */
export async function allocate({ api, tell }: Stage, campaign: any, policy: Record<string, any> = {}): Promise<void> {
  const run = await api.post(`/campaigns/${campaign.id}/allocations`, { policy })
  await api.post(`/allocations/${run.id}/confirm`)
  const { lines } = await api.get(`/allocations/${run.id}`)
  const short = lines.filter((line: any) => line.quantity < line.need)
  tell.step(
    `Allocation: ${run.needQuantity} children, ${run.stockQuantity} kits to give, ${run.shortfall} short. For example:`,
    [...short.slice(0, 2), ...lines.filter((line: any) => !short.includes(line)).slice(0, 2)].map(
      ({ need, quantity: kits, reason: why }: any) => ({ need, kits, why }),
    ),
  )
}

/** Ships what is allocated; so many kits of the first delivery are found to be no good, or not to be there. */
export async function ship({ api, clock, tell }: Stage, campaign: any, rejected = 0, missing = 0): Promise<any[]> {
  await api.post(`/campaigns/${campaign.id}/shipment-plans`, {})
  const planned = await api.list(`/shipments?campaignId=${campaign.id}&status=planned`)
  for (const shipment of planned) await api.post(`/shipments/${shipment.id}/dispatch`)
  clock.set(plusMilliseconds(clock.now(), day))
  const delivered: any[] = []
  for (const [i, { id, quantity }] of planned.entries()) {
    const [rejectedQuantity, missingQuantity] = i === 0 ? [rejected, missing] : [0, 0]
    const acceptedQuantity = quantity - rejectedQuantity - missingQuantity
    const note = acceptedQuantity < quantity && { note: 'Ένα σετ βρεγμένο, ένα δεν ήρθε (one wet, one did not come)' }
    const found = { acceptedQuantity, rejectedQuantity, missingQuantity, ...note }
    delivered.push(await api.post(`/shipments/${id}/deliver`, found))
  }
  const kits = planned.reduce((sum, shipment) => sum + shipment.quantity, 0)
  const note = delivered[0] && (await api.bytes(`/shipments/${delivered[0].id}/delivery-note.pdf`))
  tell.step(
    `${planned.length} shipments with ${kits} kits go out and are confirmed by the schools` +
      `${rejected + missing > 0 ? `, ${rejected} rejected and ${missing} missing` : ''}` +
      `${note ? `; the first delivery note is a PDF of ${Math.ceil(note.length / 1024)} KB` : ''}.`,
  )
  return delivered
}

/** Issues vouchers for everyone who has none and prints the sheets. */
export async function issueVouchers({ api, tell }: Stage, campaign: any): Promise<void> {
  const { issued, existing } = await api.post(`/campaigns/${campaign.id}/vouchers`)
  const sheets = await api.bytes(`/campaigns/${campaign.id}/vouchers.pdf`)
  tell.step(
    `${issued} vouchers are issued (${existing} were there); the sheets to print are a PDF of ${Math.ceil(sheets.length / 1024)} KB.`,
  )
}

/** Reminds the guardians by a step of the plan, at its time; looks first who would be told. */
export async function remind(stage: Stage, campaign: any, step: string, at: string): Promise<void> {
  const { api, clock, tell, sendMail } = stage
  clock.set(at)
  const path = `/campaigns/${campaign.id}/reminders`
  const { byChannel, byLanguage } = await api.post(path, { step, dryRun: true })
  await api.post(path, { step })
  const sent = await sendMail()
  const rest = await api.list(`/campaigns/${campaign.id}/phone-list`)
  const languages = Object.entries(byLanguage).map(([language, guardians]) => `${language} ${guardians}`)
  tell.step(
    `Reminders go out (${step}): one message for each guardian, with the codes of all their children and a QR symbol each, ` +
      `in ${languages.length} languages (${languages.join(', ')}). ${sent} mails are sent; ${rest.length} names are on the phone list.`,
    [{ mails: byChannel.email, 'text messages': byChannel.sms, 'by the school': byChannel.print }],
  )
}

/** Lets two nights pass, in each of which the books are checked by themselves: who has to answer is told of what is new, once. */
export async function nightlyChecks(stage: Stage, nights: string[]): Promise<void> {
  const { api, clock, tell, sendNotices } = stage
  const rows = []
  for (const night of nights) {
    clock.set(night)
    const { id } = await api.post('/jobs/reconcile-nightly/run')
    const run = await endOf(stage, 'reconcile-nightly', id)
    rows.push({ night: night.slice(0, 10), 'what the job says': run.summary.en, mails: await sendNotices() })
  }
  tell.step('At night the books are checked by themselves; what is new and needs an answer is mailed, once:', rows)
}

async function endOf({ api }: Stage, job: string, id: string): Promise<any> {
  for (;;) {
    const run = (await api.list(`/jobs/${job}/runs`)).find((one) => one.id === id)
    if (run && run.status !== 'running') return run
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/**
 * Hands kits out on these mornings, school by school, to `share` of a hundred children, uploaded by phones that were offline in the
 * yard.
 */
export async function handOut(stage: Stage, campaign: any, share: number, mornings: string[]): Promise<void> {
  const { api, clock, tell } = stage
  const vouchers = await api.list(`/campaigns/${campaign.id}/vouchers?status=issued`)
  const schoolIds = [...new Set(vouchers.map((voucher) => voucher.schoolId))]
  const balances = await api.list(`/balances?kitId=${campaign.kitId}`)
  const schools = new Map((await api.list('/schools')).map((school) => [school.id, school]))
  const left = new Map(balances.map((balance) => [balance.locationId, balance.onHand]))
  const results = new Map<string, number>()
  let number = 0
  for (const [i, morning] of mornings.entries()) {
    clock.set(plusMilliseconds(morning, 4 * hour))
    for (const schoolId of schoolIds.filter((_, school) => school % mornings.length === i)) {
      const waiting = vouchers.filter((voucher) => voucher.schoolId === schoolId)
      const kits = left.get(schools.get(schoolId).locationId) ?? 0
      const coming = waiting.slice(0, Math.min(kits, Math.ceil((waiting.length * share) / 100)))
      const scans = coming.map((voucher, minutes) => ({
        payload: voucher.payload,
        schoolId,
        scanId: `${voucher.id}-${++number}`,
        scannedAt: plusMilliseconds(morning, minutes * minute),
        collectedBy: 'guardian',
      }))
      if (scans.length === 0) continue
      const answer = await api.post('/redemption-batches', { scans })
      for (const { result } of answer.results) results.set(result, (results.get(result) ?? 0) + 1)
    }
  }
  tell.step(
    `Kits are handed out on ${mornings.length} mornings; the phones were offline in the yard and send their scans afterwards:`,
    [...results].map(([result, scans]) => ({ result, scans })),
  )
}

/** What else happens in a yard: one at a time, and answered at once. */
export async function oddScans(stage: Stage, campaign: any, morning: string): Promise<void> {
  const { api, clock, tell } = stage
  clock.set(plusMilliseconds(morning, 5 * hour))
  const vouchers = await api.list(`/campaigns/${campaign.id}/vouchers?status=issued`)
  const withZero = vouchers.find((voucher) => voucher.code.includes('0')) ?? vouchers[0]
  const other = vouchers.find((voucher) => voucher.schoolId !== withZero.schoolId)
  const rows: Record<string, string>[] = []
  async function scan(what: string, body: Record<string, unknown>): Promise<any> {
    const scanId = `odd-${campaign.year}-${rows.length}`
    const { status, body: answer } = await api.attempt('/redemptions', { scanId, ...body })
    const told = answer.detail ?? 'the kit is handed out'
    rows.push({ scan: what, answer: `${status} ${answer.code ?? answer.result}`, 'staff read': told })
    return answer
  }
  const typed = withZero.code.toLowerCase().replaceAll('0', 'O').replaceAll('-', ' ')
  const { schoolId } = withZero
  await scan('a code typed with O for 0', { code: typed, schoolId })
  await scan('the same voucher again', { payload: withZero.payload, schoolId })
  await scan('at the wrong school', { payload: other.payload, schoolId })
  await scan('a train ticket', { payload: 'https://tickets.example.org/T/1', schoolId })
  await scan('a wrong letter', { code: wrongLetter(other.code), schoolId })
  const mistaken = await scan('a kit by mistake', { payload: other.payload, schoolId: other.schoolId })
  await api.post(`/redemptions/${mistaken.redemption.id}/undo`, { reason: 'Wrong child: the kit came back at once' })
  rows.push({ scan: 'undone', answer: '200', 'staff read': 'the kit is back, the voucher can be used' })
  const twice = { payload: withZero.payload, schoolId, scannedAt: plusMilliseconds(morning, hour), handedOut: true }
  const scans = [{ ...twice, scanId: `second-phone-${campaign.year}`, collectedBy: 'guardian' }]
  await api.post('/redemption-batches', { scans })
  const told = 'a second kit left: a discrepancy to explain'
  rows.push({ scan: 'a second phone, offline', answer: 'kept', 'staff read': told })
  tell.step('What else happens in a yard:', rows)
}

function wrongLetter(code: string): string {
  return code.slice(0, -1) + (code.endsWith('A') ? 'B' : 'A')
}

/** Ends the pickup, brings back what is left, counts, explains, signs and closes. */
export async function settle(stage: Stage, campaign: any, shipments: any[], at: string): Promise<void> {
  const { api, clock, tell, warehouse } = stage
  clock.set(at)
  await api.post(`/campaigns/${campaign.id}/close`)
  const { kitId } = campaign
  const [faulty] = shipments
  if (faulty?.rejectedQuantity > 0) {
    const { rejectedQuantity: quantity } = faulty
    await api.post(`/shipments/${faulty.id}/return`, { quantity, damagedQuantity: quantity })
  }
  const balances = await api.list(`/balances?kitId=${kitId}`)
  const left = new Map(balances.map(({ locationId, onHand }) => [locationId, onHand]))
  const reason = 'Δεν παραλήφθηκαν (not collected)'
  let returned = 0
  for (const school of await api.list('/schools')) {
    const quantity = left.get(school.locationId) ?? 0
    if (quantity <= 0) continue
    await api.post('/returns', { schoolId: school.id, warehouseId: warehouse.id, kitId, quantity, reason })
    returned += quantity
  }
  if (faulty?.missingQuantity > 0) {
    const [transit] = await api.list('/locations?kind=transit')
    const lost = { locationId: transit.id, kitId, quantity: -faulty.missingQuantity }
    await api.post('/adjustments', { ...lost, reason: 'lost', note: 'Not found at the carrier' })
  }
  tell.step(`The pickup ends: vouchers expire, the schools send ${returned} kits back.`)

  clock.set(plusMilliseconds(clock.now(), hour))
  const book = (await api.list(`/balances?locationId=${warehouse.id}&kitId=${kitId}`))[0]?.onHand ?? 0
  const lines = [{ kitId, counted: Math.max(0, book - 1) }]
  const count = await api.post('/counts', { locationId: warehouse.id, countedAt: clock.now(), lines })
  const posted = await api.post(`/counts/${count.id}/post`)
  tell.step('The warehouse counts, not knowing what the book says:', [
    { counted: posted.lines[0].counted, book: posted.lines[0].expected, variance: posted.lines[0].variance },
  ])

  clock.set(plusMilliseconds(clock.now(), hour))
  await reconcile(stage, campaign)
  const closed = await api.post(`/campaigns/${campaign.id}/close`)
  tell.step(`The reconciliation is signed and the ${closed.year} campaign is ${closed.status}.`)
}

async function reconcile({ api, tell }: Stage, campaign: any): Promise<void> {
  const run = await api.post(`/campaigns/${campaign.id}/reconciliations`)
  const open = await api.list(`/campaigns/${campaign.id}/discrepancies?status=open`)
  tell.step(
    `Reconciliation: ${run.checks.length} checks over ${run.checks.reduce((sum: number, check: any) => sum + check.compared, 0)} ` +
      `figures, ${run.checks.filter((check: any) => !check.passed).length} with findings:`,
    open.map(({ severity, code, detail }) => ({ severity, code, detail })),
  )
  const early = await api.attempt(`/reconciliations/${run.id}/sign`)
  const resolution = 'Checked with the school and the warehouse; accepted.'
  for (const { id } of open) await api.patch(`/discrepancies/${id}`, { resolution })
  await api.post(`/reconciliations/${run.id}/sign`)
  if (open.length > 0)
    tell.step(`Signing before they are explained is refused (${early.status} ${early.body.code ?? ''}); then each is.`)
}
