import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser'
import type { Browser, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { ReminderFacts } from '../../src/notifications/templates/facts.ts'
import { directionOf, fullDate, messageLanguages } from '../../src/notifications/templates/language.ts'
import { renderMail } from '../../src/notifications/templates/render.ts'
import { openMailer } from '../../src/platform/mail/mailer.ts'
import { openChromium } from '../support/chromium.ts'
import { startMailServer } from '../support/mailbox.ts'
import { scanImage } from '../support/qr-reader.ts'
import { remindedCampaign } from '../support/reminders.ts'
import { letterEdges, measured } from './page-measures.ts'
import { reminderFacts } from './reminder-facts.ts'

const browser = await openChromium().catch((error: Error) => error)
const skip = browser instanceof Error && `no browser: ${browser.message}`

/** Sends a reminder over a real mail server, and answers what came out at the other end. */
async function sent(t: Test, language: string, facts: ReminderFacts): Promise<ParsedMail> {
  const post = await startMailServer(t)
  const mailer = openMailer(post.url, 'saka@dimos.example')
  t.teardown(() => mailer.close())
  await mailer.send({ to: 'parent@example.org', id: 'message-1', ...renderMail(language, facts) })
  return simpleParser(post.mails[0]!.raw, { keepCidLinks: true })
}

/** The mail as a phone shows it: 375 CSS pixels wide. Fails the test when anything but its own images is asked for. */
async function shown(t: Test, mail: ParsedMail, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const context = await (browser as Browser).newContext({
    viewport: { width: 375, height: 667 },
    deviceScaleFactor: 2,
    colorScheme,
  })
  t.teardown(() => context.close())
  const page = await context.newPage()
  await page.route('**', (route) => {
    const { pathname } = new URL(route.request().url())
    const image = mail.attachments.find(({ cid }) => pathname === `/cid/${cid}`)
    if (image) return route.fulfill({ contentType: image.contentType, body: image.content })
    if (pathname !== '/') t.fail(`the mail asks for ${pathname}`)
    const body = (mail.html as string).replaceAll('src="cid:', 'src="/cid/')
    return route.fulfill({ contentType: 'text/html; charset=utf-8', body })
  })
  await page.goto('http://mail.example/')
  return page
}

/** What a screen reader says, in its order: texts and images by Chromium's own accessibility tree. */
async function readAloud(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  const byId = new Map(nodes.map((node) => [node.nodeId, node]))
  const said: string[] = []
  const visit = (id: string) => {
    const node = byId.get(id)!
    if (['StaticText', 'image'].includes(node.role?.value) && !node.ignored) said.push(node.name?.value ?? '')
    else for (const child of node.childIds ?? []) visit(child)
  }
  visit(nodes[0]!.nodeId)
  return said
}

/** What the service itself sends to a guardian of three children in each language, and what it has to tell. */
async function reminded(t: Test): Promise<(language: string) => Promise<{ mail: ParsedMail; facts: ReminderFacts }>> {
  const saka = await remindedCampaign(t)
  for (const language of messageLanguages)
    for (const [i, givenName] of ['Νίκος', 'محمد', 'Anna-Maria'].entries()) {
      const guardians = [{ name: 'Άννα', email: `${language}@example.org`, language }]
      await saka.enroll(saka.schools[i >> 1].id, `${language}-${i}`, { givenName, guardians })
    }
  const vouchers = await saka.issue()
  await saka.remind()
  return async (language) => {
    const { raw } = saka.post.mails.find(({ to }) => to[0] === `${language}@example.org`)!
    const children = (await saka.api.get(`/campaigns/${saka.campaign.id}/enrollments?limit=500`)).json.items
    const theirs = children
      .filter(({ pupilRef }: any) => pupilRef.startsWith(`${language}-`))
      .sort((a: any, b: any) => (a.id < b.id ? -1 : 1))
    const [, optOutLink] = /(https:\/\/saka\.example\.org\/stop\/[\w-]+)>/.exec(raw)!
    const toldOf = ({ id, givenName, schoolId }: any) => {
      const { code, payload } = vouchers.find(({ enrollmentId }) => enrollmentId === id)
      const { name: schoolName, address: schoolAddress } = saka.schools.find((school) => school.id === schoolId)
      const link = `https://saka.example.org/V/${code.replaceAll('-', '')}`
      return { givenName, code, payload, link, schoolName, schoolAddress }
    }
    const { pickupFrom, pickupUntil } = saka.campaign
    return {
      mail: await simpleParser(raw, { keepCidLinks: true }),
      facts: { about: 'opening', vouchers: theirs.map(toldOf), pickupFrom, pickupUntil, optOutLink: optOutLink! },
    }
  }
}

const sentIn = skip ? undefined : await reminded(t)

for (const language of messageLanguages) {
  t.test(`a reminder arrives whole and is legible on a phone: ${language}`, { skip }, async (t) => {
    const { mail, facts } = await sentIn!(language)
    const written = renderMail(language, facts)

    t.equal(mail.subject, written.subject)
    t.equal(mail.text?.trimEnd(), written.text.trimEnd())
    t.equal(mail.html, written.html)
    t.equal((mail.to as AddressObject).text, `${language}@example.org`)
    t.match(mail.messageId, /^<message-[0-9a-f-]{36}@dimos\.example>$/)
    t.match(Object.fromEntries(mail.headerLines.map(({ key, line }) => [key, line.replace(/^[^:]*: /, '')])), {
      'list-unsubscribe': `<${facts.optOutLink}>`,
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      'auto-submitted': 'auto-generated',
      'content-language': language,
    })

    const page = await shown(t, mail)
    const { width, smallestLetters, lowestLink } = await measured(page)
    t.ok(width <= 375, `no scrolling to the side: ${width}`)
    t.ok(smallestLetters >= 16, `nothing small: ${smallestLetters}`)
    t.ok(lowestLink >= 44, `links for thumbs: ${lowestLink}`)

    const dark = await shown(t, mail, 'dark')
    for (const view of [page, dark])
      for (const [i, { payload }] of facts.vouchers.entries()) {
        const picture = await view.locator('img').nth(i).screenshot()
        t.equal(await scanImage(picture), payload, `a scanner reads symbol ${i + 1}`)
      }

    const said = (await readAloud(page)).map((text) => text.replaceAll(/[\u2066-\u2069]/g, '').trim())
    const order = facts.vouchers.flatMap(({ code, givenName, schoolName }) => [
      givenName!,
      code,
      said.find((text) => text.includes([...code.slice(-4)].join(' ')))!,
      schoolName,
    ])
    const dates = [facts.pickupFrom, facts.pickupUntil].map((date) => fullDate(date, language))
    const headline = written.text.split('\n')[0]!
    let place = -1
    for (const expected of [
      headline,
      ...order,
      ...dates,
      written.text.trimEnd().split('\n').at(-2)!.replace(/:$/, ''),
    ]) {
      const next = said.findIndex((text, i) => i > place && text.includes(expected))
      t.ok(next > place, `read aloud after what comes before it: ${expected}`)
      place = next
    }

    const [headlineEdges] = await letterEdges(page, 'h1')
    t.equal(
      headlineEdges![1]! < headlineEdges![0]!,
      directionOf(language) === 'rtl',
      'the headline runs as its language',
    )
    const latinOrGreek = [...(await letterEdges(page, '.code bdi')), ...(await letterEdges(page, 'bdi[lang=el]'))]
    t.equal(latinOrGreek.length, 3 + 3 + 3)
    for (const edges of latinOrGreek)
      t.ok(
        edges.every((edge, i) => i === 0 || edge > edges[i - 1]!),
        'codes and schools run from left to right',
      )
  })
}

t.test('a voucher without a name, without an address, on a long host, fits as well', { skip }, async (t) => {
  const host = `https://${'a'.repeat(60)}.saka.example.org`
  const facts = reminderFacts(2, { optOutLink: `${host}/stop/${'x'.repeat(60)}` })
  for (const voucher of facts.vouchers)
    Object.assign(voucher, { givenName: null, schoolAddress: null, schoolName: 'Δημοτικό'.repeat(12) })
  for (const language of ['el', 'ar']) {
    const page = await shown(t, await sent(t, language, facts))
    t.ok((await measured(page)).width <= 375)
    t.match((await readAloud(page)).join('\n'), '1/2')
  }
})
