import t from 'tap'
import { openFindings } from '../../src/discrepancies/index.ts'
import type { Finding } from '../../src/discrepancies/rules.ts'
import { systemActor } from '../../src/identity/index.ts'
import { extractForPaper, mostDiscrepancies, mostSchools } from '../../src/reconciliation/report/extract.ts'
import { checkLabels } from '../../src/reconciliation/report/labels.ts'
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
  for (const { code } of run.checks) t.ok(checkLabels[code], `${code} has words`)
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

t.test('of very many findings the paper has the gravest, and how many of each kind there are', async (t) => {
  const saka = await handedOutCampaign(t)
  const { deps, campaign, api } = saka
  const findings: Finding[] = Array.from({ length: 600 }, (_, i) => ({
    ...{
      code: 'count_variance',
      severity: 'warning',
      matter: `count-${i}`,
      detail: `Shelf ${i} differs.`,
      records: [],
    },
  }))
  findings.push({ ...findings[0]!, code: 'refused_handout', severity: 'error', detail: 'It left all the same.' })
  await deps.db.snapshot('test', (books) =>
    openFindings(deps, books, systemActor, findings, { campaignId: campaign.id }),
  )
  const run = await saka.reconcile()
  t.equal(run.discrepancies.length, 602, 'with the target that is not met')
  const lines = (await linesOf(api, run.id)).pages.flat()
  t.equal(lines.filter((line) => /^Shelf \d+ differs\.$/.test(line)).length, mostDiscrepancies - 1)
  t.ok(lines.indexOf('It left all the same.') < lines.indexOf('Shelf 0 differs.'), 'the error comes first')
  for (const line of [
    '600, ανοικτή · open: 600',
    '1, ανοικτή · open: 1',
    'Count variance',
    'Handed out though refused',
  ])
    t.ok(lines.includes(line), line)
  t.ok(lines.includes('102 more discrepancies: all of them are in the workbook (.xlsx)'))
})

t.test('of very many schools the paper has the campaign and its communities', async (t) => {
  const line = { planned: 1, received: 1, shipped: 1, handedOut: 1, returned: 0, remaining: 0 }
  const schools = Array.from({ length: mostSchools + 1 }, (_, i) => ({
    ...{ ...line, level: 'school' as const, id: String(i), name: `${i}ο Δημοτικό` },
  }))
  const whole = [{ ...line, level: 'campaign' as const, id: 'c', name: 'Διανομή' }, ...schools]
  async function* none() {}
  t.match(await extractForPaper(whole, none()), { comparison: [{ id: 'c' }], schoolsLeftOut: mostSchools + 1 })
  t.match(await extractForPaper(whole.slice(0, -1), none()), { comparison: { length: 1001 }, schoolsLeftOut: 0 })
})
