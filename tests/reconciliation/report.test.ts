import t from 'tap'
import { checkWords } from '../../src/reconciliation/report-words.ts'
import { readPdf } from '../support/pdf-reader.ts'
import { handedOutCampaign } from './handed-out-campaign.ts'

const linesOf = async (api: any, id: string) => {
  const { status, headers, bytes } = await api.get(`/reconciliations/${id}.pdf`)
  return { status, type: headers['content-type'], pages: readPdf(bytes).map(({ lines }) => lines) }
}

t.test('a run on paper says what the run says, in Greek and English, and waits for a signature', async (t) => {
  const saka = await handedOutCampaign(t)
  const run = await saka.reconcile()
  const { status, type, pages } = await linesOf(saka.api, run.id)
  t.match({ status, type }, { status: 200, type: 'application/pdf' })
  const lines = pages.flat()
  const total = run.comparison[0]
  for (const line of [
    'ΣΥΜΦΩΝΙΑ ΔΙΑΝΟΜΗΣ',
    total.name,
    'Handed out',
    String(total.handedOut),
    'Every hand-out is accounted for',
    'Signature',
    'Σελίδα 1 από 2',
  ]) {
    t.ok(lines.includes(line), line)
  }
  for (const { name } of run.comparison) t.ok(lines.includes(name), name)
  for (const { code } of run.checks) t.ok(checkWords[code], `${code} has words`)
})

t.test('what was found stands there with its figures and its answer, and so does who signed', async (t) => {
  const saka = await handedOutCampaign(t)
  const [voucher] = await saka.vouchersOf(1)
  await saka.scan(voucher, saka.schools[1], { handedOut: true })
  const run = await saka.reconcile()
  t.ok((await linesOf(saka.api, run.id)).pages.flat().includes('Απάντηση · Answer: ανοικτή · open'))
  for (const found of run.discrepancies.filter(({ severity }: any) => severity !== 'info')) {
    await saka.api.patch(`/discrepancies/${found.id}`, { resolution: 'Το παιδί πήρε δεύτερο' })
  }
  const settled = await saka.reconcile()
  await saka.api.made(`/reconciliations/${settled.id}/sign`)
  const lines = (await linesOf(saka.api, settled.id)).pages.flat()
  t.ok(lines.includes('Υπόλοιπο κάτω από το μηδέν · Balance below zero'))
  t.ok(lines.includes('Απάντηση · Answer: Το παιδί πήρε δεύτερο'))
  t.ok(lines.includes('Υπογεγραμμένη · Signed'))
  t.equal(lines.filter((line) => line === '11 Σεπτεμβρίου 2023').length, 1, 'the day of the signature')
})

t.test('a long run goes on over the page, each with the head of the table', async (t) => {
  const saka = await handedOutCampaign(t, { schools: 60 })
  const run = await saka.reconcile()
  const { pages } = await linesOf(saka.api, run.id)
  t.ok(pages.length > 1)
  const lines = pages.flat()
  for (const { name } of run.comparison) t.ok(lines.includes(name), name)
  t.ok(pages[1]!.includes('Planned'))
})

t.test('who may not read a reconciliation may not print it', async (t) => {
  const saka = await handedOutCampaign(t)
  const { id } = await saka.reconcile()
  const staff = await saka.as({ role: 'school', schoolId: saka.school.id })
  t.match(await staff.get(`/reconciliations/${id}.pdf`), { status: 403 })
  t.match(await saka.api.get('/reconciliations/01890a5d-ac96-774b-bcce-b302099a8057.pdf'), { status: 404 })
})
