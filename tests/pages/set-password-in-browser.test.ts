import t from 'tap'
import { browse } from '../support/browser.ts'

const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }
const password = 'τέσσερις λέξεις χωρίς σχέση'

t.test('on a phone, by keyboard alone and read aloud, an invitation leads to a password', async (t) => {
  const browsed = await browse(t, phone)
  if (!browsed) return
  const { saka, origin, context } = browsed
  const maria = { email: 'maria@example.org', name: 'Μαρία', roles: [{ role: 'coordinator' }] }
  const { id } = await saka.api.made('/users', maria)
  const { link } = await saka.api.made(`/users/${id}/invitation`)
  t.ok(link.startsWith(`${origin}/welcome/`))
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  page.on('requestfailed', (request) => faults.push(request.url()))
  await page.goto(link)

  t.equal(await page.locator('html').getAttribute('lang'), 'el')
  t.match(await page.title(), /\S/)
  t.match(await page.locator('body').ariaSnapshot(), /heading "Καλώς ήρθατε" \[level=1\]/)
  const [first, second] = [page.getByLabel('Κωδικός πρόσβασης'), page.getByLabel('Ο κωδικός ξανά')]
  for (const field of [first, second]) {
    t.equal(await field.getAttribute('type'), 'password')
    t.equal(await field.getAttribute('autocomplete'), 'new-password')
  }
  t.equal(await first.getAttribute('aria-describedby'), 'password-hint')
  t.match(
    await first.evaluate((field: any) => field.ownerDocument.getElementById('password-hint').textContent),
    /12 χαρακτήρες/,
    'what it takes is told with the field',
  )
  const fits = () => page.locator('html').evaluate((root: any) => root.scrollWidth <= (globalThis as any).innerWidth)
  t.ok(await fits(), 'nothing has to be pushed aside to be read')
  for (const target of [first, second, page.getByRole('button', { name: 'Αποθήκευση' })]) {
    const box = (await target.boundingBox())!
    t.ok(box.height >= 44, `a thumb meets it: ${box.height} px`)
    await target.focus()
    const outline = await target.evaluate((node) => (globalThis as any).getComputedStyle(node).outlineStyle)
    t.not(outline, 'none', 'who goes by keyboard sees where they are')
  }

  await first.focus()
  await page.keyboard.type(password)
  await page.keyboard.press('Tab')
  await page.keyboard.type('άλλος')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
  t.equal(await second.getAttribute('aria-invalid'), 'true')
  t.match(await page.locator('body').ariaSnapshot(), /Οι δύο κωδικοί διαφέρουν/)
  t.equal(await first.inputValue(), '', 'a password does not come back')
  t.ok(await fits())
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/welcome.png`, fullPage: true })

  await first.focus()
  for (const key of ['Tab', 'Enter']) {
    await page.keyboard.type(password)
    await page.keyboard.press(key)
  }
  await page.getByRole('heading', { level: 1, name: 'Ο κωδικός αποθηκεύτηκε' }).waitFor()
  t.match(await saka.stranger.post('/session', { email: maria.email, password }), { status: 201 })
  await page.goto(link)
  t.match(await page.locator('body').ariaSnapshot(), /heading "Ο σύνδεσμος δεν ισχύει πια" \[level=1\]/)
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/used.png` })
  // A page that is not there is an error to the browser as well.
  t.same(
    faults.filter((fault) => !fault.includes('404') && !fault.includes('422')),
    [],
  )
})
