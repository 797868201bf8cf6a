import { pino } from 'pino'
import t from 'tap'
import { languageOf } from '../../src/pages/family/routes.ts'
import { anotherCampaign } from '../support/campaign.ts'
import { scanImage } from '../support/qr-reader.ts'
import { startSaka } from '../support/saka.ts'

const service = await startSaka(t)

async function issuedVoucher() {
  const saka = await anotherCampaign(service)
  const { api, campaign, school, enroll } = saka
  await enroll(school.id, '17', { givenName: 'Ελένη', familyName: 'Φωτοπούλου' })
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const [voucher] = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json.items
  const code: string = voucher.code.replaceAll('-', '')
  const page = (path = `//v/${code}`, headers = {}) => saka.stranger.get(path, headers)
  return { ...saka, voucher, code, page }
}

t.test('a scanned code leads anyone to the page of its voucher', async (t) => {
  const { page, code, voucher, school } = await issuedVoucher()
  const answer = await page(`//V/${code}`)
  t.equal(answer.status, 200)
  t.match(answer.headers, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex',
  })
  t.match(answer.text, 'Μπορείτε να παραλάβετε τη σάκα')
  t.match(answer.text, '<html lang="el">')
  for (const part of [school.name, school.address, voucher.code, '11–29 Σεπτεμβρίου 2023', 'Τι να φέρετε']) {
    t.match(answer.text, part, part)
  }
  t.notMatch(answer.text, /Ελένη|Φωτοπούλου/, 'nothing of the child')
  t.notMatch(answer.text, /<script|style=|<style|https?:/, 'no script, no inline style, nothing from elsewhere')
  t.same((await page(`//v/${voucher.code.toLowerCase()}`)).text, answer.text, 'however it is typed')

  const stylesheet = /href="(\/assets\/[^"]+)"/.exec(answer.text)![1]
  t.match(await page(`/${stylesheet}`), { status: 200, headers: { 'content-type': 'text/css; charset=utf-8' } })
})

t.test('the page is in Greek or in English, as the reader wants it', async (t) => {
  const { page, code } = await issuedVoucher()
  t.match((await page(`//v/${code}?lang=en`)).text, 'You can collect the kit')
  t.match((await page(`//v/${code}`, { 'accept-language': 'en-GB,en;q=0.9,el;q=0.5' })).text, '<html lang="en">')
  const pageLanguage = (lang: string | undefined, accepted: string | undefined) =>
    languageOf({ query: { lang }, headers: { 'accept-language': accepted } })
  t.equal(pageLanguage(undefined, undefined), 'el')
  t.equal(pageLanguage('el', 'en'), 'el')
  t.equal(pageLanguage('sq', 'sq-AL,el;q=0.3,en;q=0.7'), 'en')
  t.equal(pageLanguage(undefined, 'sq'), 'en', 'for those who read neither by their own account')
  t.equal(pageLanguage(undefined, '*'), 'el')
})

t.test('the page carries the symbol that a scanner reads', async (t) => {
  const { page, code, voucher } = await issuedVoucher()
  const png = await page(`//v/${code}/qr.png`)
  t.equal(await scanImage(png.bytes), voucher.payload)
  t.match(await page(`//v/${code}/qr.svg`), { status: 200, text: /^<svg / })
})

t.test('the days of the pickup go into the parent’s calendar, and nothing of the child with them', async (t) => {
  const { api, clock, page, code, school } = await issuedVoucher()
  const name = '1ο Δημοτικό, «Λουδοβίκος» των Γάλλων; Πλατεία\\Παραλία 1ο Δημοτικό των Γάλλων'
  await api.patch(`/schools/${school.id}`, { name, address: 'Ακτή 3' })
  const link = /href="(\/v\/[^"]+ics[^"]*)"/.exec((await page()).text)![1]
  t.equal(link, `/v/${code}/pickup.ics?lang=el`)
  const answer = await page(`/${link}`)
  t.match(answer, {
    status: 200,
    headers: { 'content-type': 'text/calendar; charset=utf-8', 'cache-control': 'no-store' },
  })
  const lines = answer.text.split('\r\n')
  t.ok(
    lines.every((line) => Buffer.byteLength(line) <= 75),
    'no line is longer than 75 bytes',
  )
  t.notMatch(answer.text.replaceAll('\r\n', ''), /[\r\n\ufffd]/, 'lines end as they must, within no character')
  t.same(answer.text.replaceAll('\r\n ', '').trimEnd().split('\r\n'), [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Saka//Pickup//EN',
    'BEGIN:VEVENT',
    lines.find((line) => /^UID:[0-9a-f-]{36}@saka\.example\.org$/.test(line)),
    `DTSTAMP:${clock.now().replace(/[-:]|\.000/g, '')}`,
    'DTSTART;VALUE=DATE:20230911',
    'DTEND;VALUE=DATE:20230930',
    'SUMMARY;LANGUAGE=el:Παραλαβή σχολικής σάκας',
    'LOCATION;LANGUAGE=el:1ο Δημοτικό\\, «Λουδοβίκος» των Γάλλων\\; Πλατεία\\\\Παραλία 1ο Δημοτικό των Γάλλων\\, Ακτή 3',
    'DESCRIPTION;LANGUAGE=el:Αυτή τη σελίδα στο κινητό σας\\, ή το κουπόνι σε χαρτί.',
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
    'END:VCALENDAR',
  ])
  t.notMatch(answer.text, new RegExp(`Ελένη|Φωτοπούλου|${code}`), 'no name, and not the code')
  t.match((await page(`//v/${code}/pickup.ics?lang=en`)).text, 'SUMMARY;LANGUAGE=en:School kit pickup')

  await api.made('/redemptions', { code, schoolId: school.id, scanId: 'a' })
  t.notMatch((await page()).text, 'pickup.ics', 'there is nothing to come for any more')
  t.equal((await page(`//v/${code}/pickup.ics`)).status, 404)
})

t.test('the page says what the voucher is good for', async (t) => {
  const { api, clock, page, code, voucher, school, enroll, campaign, deps } = await issuedVoucher()
  const headline = async (path?: string) => /<h1>(.*?)<\/h1>/.exec((await page(path)).text)![1]
  clock.set('2023-09-10T20:59:59.000Z')
  t.equal(await headline(), 'Η παραλαβή δεν έχει αρχίσει ακόμη')
  t.match((await page()).text, 'Ελάτε από τις 11 Σεπτεμβρίου 2023.')
  clock.set('2023-09-29T21:00:00.000Z')
  t.equal(await headline(), 'Οι ημέρες παραλαβής πέρασαν')
  clock.set('2023-09-12T06:30:00.000Z')
  await api.made('/redemptions', { code, schoolId: school.id, scanId: 'b' })
  t.equal(await headline(), 'Η σάκα έχει παραληφθεί')
  const collected = (await page()).text
  t.match(collected, '12/09/2023, 09:30')
  t.notMatch(collected, 'qr.svg', 'nothing to show any more')

  const other = await enroll(school.id, '18')
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const { items } = (await api.get(`/campaigns/${campaign.id}/vouchers?status=issued`)).json
  const fresh = await api.made(`/vouchers/${items[0].id}/reissue`, { reason: 'lost' })
  t.equal(await headline(`//v/${items[0].code}`), 'Υπάρχει νεότερο κουπόνι')
  await api.made(`/enrollments/${other.id}/withdraw`, { reason: 'moved' })
  t.equal(await headline(`//v/${fresh.code}`), 'Το κουπόνι δεν ισχύει')
  await api.made(`/redemptions/${(await api.get(`/campaigns/${campaign.id}/scans`)).json.items[0].redemptionId}/undo`, {
    reason: 'came back',
  })
  await deps.db.transact(async ({ q, t: tables }) => {
    await q.update(tables.campaigns).set({ status: 'closing' })
  })
  t.equal(await headline(`//v/${voucher.code}`), 'Το κουπόνι έληξε')
})

t.test('a code that is nobody’s is told kindly, and the same whether mistyped or unknown', async (t) => {
  const { page } = await issuedVoucher()
  const [unknown, mistyped] = [await page('//v/7K3D9M2QXH4T'), await page('//v/7K3D9M2QXH4S')]
  t.match(unknown, { status: 404, headers: { 'content-type': 'text/html; charset=utf-8' } })
  t.match(unknown.text, 'Δεν βρήκαμε αυτό το κουπόνι')
  t.equal(mistyped.status, 404)
  t.equal(mistyped.text, unknown.text)
  t.equal((await page('//v/7K3D9M2QXH4T/qr.svg')).status, 404)
  t.equal((await page('//v/%3Cscript%3E')).text, unknown.text)
})

t.test('whatever a stranger asks a page for is no fault of the service', async (t) => {
  const lines: string[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => lines.push(line) })
  const { stranger } = await startSaka(t, { log: log as never, env: { RATE_LIMIT_GUESSES: '0' } })
  const code = '7K3D9M2QXH4T'
  const long = 'x'.repeat(201)
  const html = { status: Number, headers: { 'content-type': 'text/html; charset=utf-8' } }
  for (const page of [
    `v/${code}`,
    `V/${code}`,
    `v/${code}/qr.svg`,
    `v/${code}/qr.png`,
    `v/${code}/pickup.ics`,
    `stop/${code}`,
    `welcome/${code}`,
  ]) {
    for (const query of [
      'lang=a&lang=b',
      'lang=el&lang=en',
      `lang=${long}`,
      'lang=',
      'lang[]=el',
      'lang=%00',
      'lang=__proto__',
    ])
      t.match(await stranger.get(`//${page}?${query}`), { ...html, status: 404 }, `${page} ${query}`)
    for (const text of [long, '%00', '%F0%9F%8E%92', '__proto__']) {
      const answer = await stranger.get(`//${page.replace(code, text)}`)
      t.match(answer, { ...html, status: text === long ? 400 : 404 }, `${page} with ${text.slice(0, 20)}`)
    }
  }
  t.match((await stranger.get(`//v/${long}?lang=en`)).text, 'We could not find this voucher', 'the page says so')
  t.match((await stranger.get(`//stop/${long}?lang=en`)).status, 400)
  for (const page of ['stop', 'welcome']) {
    const sent = await stranger.call('POST', `//${page}/${code}`, '{', { 'content-type': 'application/xml' })
    t.match(sent, { ...html, status: 415 }, page)
  }
  t.same(lines, [], 'and the log tells of nothing')
})
