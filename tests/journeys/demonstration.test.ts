import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'
import { temporaryFolder } from '../support/folder.ts'
import { findTexts, personalTexts } from '../support/personal-texts.ts'

/** A demonstration that stays up, in a process of its own. */
interface Demonstration {
  process: ChildProcess
  /** All that it has printed so far: its story, its log, and what it complains of. */
  printed(): string
}

async function demonstration(t: Test, databaseFile: string): Promise<Demonstration> {
  const child = spawn(process.execPath, [join(projectRoot, 'src/main.ts'), 'demo'], {
    cwd: projectRoot,
    env: { ...process.env, PORT: '0', DATABASE_URL: `file:${databaseFile}`, LOG_LEVEL: 'trace' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  }
  const ended = once(child, 'exit').then(() => true)
  while (!printed.includes('stays up')) {
    if (await Promise.race([ended, once(child.stdout, 'data').then(() => false)])) throw new Error(printed)
  }
  return { process: child, printed: () => printed }
}

const isLog = (line: string) => line.startsWith('{')

t.test('the demonstration runs both campaigns to their end, and a third stays open', async (t) => {
  const folder = temporaryFolder(t)
  const databaseFile = join(folder, 'demo.db')
  const { process, printed } = await demonstration(t, databaseFile)
  const linesOf = (kind: 'log' | 'story') =>
    printed()
      .split('\n')
      .filter((line) => isLog(line) === (kind === 'log'))
  const told = linesOf('story').join('\n')
  t.match(told, 'and the 2021 campaign is closed')
  t.match(told, 'and the 2023 campaign is closed')
  t.match(told, /571 vouchers are issued[\s\S]*1438 vouchers are issued[\s\S]*86 vouchers are issued/)
  t.match(told, /Reminders go out \(announcement\).* 349 mails are sent/)
  t.match(told, /2021-09-16 +.*done: 1.* 2\n.*2021-09-17 +.*done: 1.* 0\n/, 'what the night finds is told once')
  t.match(told, /1524 children, 1499 kits to give, 25 short/)
  t.match(told, /Of the EUR 180,000 for both, €179,970.00 are spent, €30.00 are left/)

  const [, key] = /an API key +(\S+)/.exec(told)!
  const [, address] = /stays up at (\S+) until/.exec(told)!
  const get = async (path: string): Promise<any> =>
    (await fetch(`${address}/api/v1${path}`, { headers: { authorization: `Bearer ${key}` } })).json()
  const { items } = await get('/campaigns')
  t.same(
    items.map((campaign: any) => [campaign.targetQuantity, campaign.status]),
    [
      [1500, 'open'],
      [1500, 'closed'],
      [600, 'closed'],
    ],
  )
  const today = new Date().toISOString().slice(0, 10)
  t.ok(items[0].pickupFrom < today && today < items[0].pickupUntil, 'in the middle of its pickup window')
  const [, page] = /parent’s page +(\S+)/.exec(told)!
  t.equal((await fetch(page!)).status, 200)
  t.same(
    await (await fetch(`${address}/readyz`)).json(),
    { database: 'ready', jobs: 'ready' },
    'and its jobs are at work',
  )

  t.test(
    'it has an account for each role and a device in each community, and says how to sign in as each',
    async (t) => {
      const signIn = (email: string, password: string) =>
        fetch(`${address}/api/v1/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ email, password }),
        })
      const accounts = [...told.matchAll(/^ +(\w+) +(\w+@saka\.example\.org) +(\S+) +\S/gm)]
      t.same(
        accounts.map(([, role]) => role),
        ['coordinator', 'warehouse', 'school', 'auditor'],
      )
      for (const [, role, email, password] of accounts) {
        const signedIn = await signIn(email!, password!)
        const cookie = String(signedIn.headers.get('set-cookie')).split(';')[0]!
        const me: any = await (await fetch(`${address}/api/v1/me`, { headers: { cookie } })).json()
        t.match(me, { kind: 'user', roles: [{ role }] })
      }
      const devices = [...told.matchAll(/^ +([A-E]) .*(saka_device_\S+)$/gm)]
      t.same(
        devices.map(([, community]) => community),
        ['A', 'B', 'C', 'D', 'E'],
      )
      for (const [, , token] of devices) {
        const headers = { authorization: `Bearer ${token}` }
        t.match(await (await fetch(`${address}/api/v1/me`, { headers })).json(), { kind: 'device' })
      }
    },
  )

  t.test('nothing that it answers to a mistake repeats whom it was about', async (t) => {
    const children = await get(`/campaigns/${items[2].id}/enrollments?limit=5`)
    const child = children.items.find((one: any) => one.guardians[0]?.email)
    const { familyName, pupilRef, guardians } = child
    const [{ code }] = (await get(`/campaigns/${items[1].id}/vouchers?limit=1`)).items
    const [name, email] = [familyName, guardians[0].email].map(encodeURIComponent)
    const call = (path: string, body?: string) =>
      fetch(`${address}${path}`, {
        ...(body !== undefined && { method: 'POST', body }),
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      })
    const answers = await Promise.all([
      call('/readyz'),
      call(`/nowhere/${name}?email=${email}`),
      call(`/api/v1/enrollments/${name}`),
      call(`/api/v1/campaigns/${items[2].id}/enrollments?status=${name}`),
      call(`/api/v1/vouchers/${code}`),
      call(`/v/${code.replaceAll('-', '').slice(1)}`),
      call(`/V/${code}%zz`),
      call('/api/v1/redemptions', JSON.stringify({ code, schoolId: familyName, scanId: pupilRef })),
      call(`/api/v1/campaigns/${items[2].id}/enrollments`, JSON.stringify(child)),
      call(`/api/v1/campaigns/${items[2].id}/enrollments`, JSON.stringify(child).slice(0, -1)),
    ])
    const known = personalTexts(databaseFile, 'personal', 'typed', 'staff')
    for (const answer of answers) {
      t.ok(answer.status >= 400 || answer.url.endsWith('/readyz'), `${answer.status}`)
      const words = (await answer.text()).replaceAll(/"requestId":"[^"]*"/g, '')
      t.same(
        findTexts(words, known).filter((text) => text.length > 3),
        [],
      )
    }
    const found = await call(`/api/v1/campaigns/${items[2].id}/enrollments?q=${name}`)
    t.ok(((await found.json()) as any).items.length > 0, 'and asking well finds the child')
  })

  t.test('it ends when it is told to', async (t) => {
    process.kill('SIGTERM')
    const [code] = await once(process, 'exit')
    t.equal(code, 0)
  })

  t.test('of all people in its database nothing is in what it leaves outside of it', async (t) => {
    const known = personalTexts(databaseFile, 'personal', 'typed', 'staff')
    t.ok(known.length > 5000, `${known.length} names, contacts, codes and remarks are looked for`)
    for (const text of ['Φωτοπούλου', 'coordinator@saka.example.org', 'Checked with the school'])
      t.ok(
        known.some((one) => one.includes(text)),
        'among them what the example has',
      )

    const log = linesOf('log').map((line) => JSON.parse(line))
    t.ok(log.length > 550, 'it is the log of all of it')
    t.match(log.at(-1), { level: 'info', msg: String })
    const entries = log.map(({ time: _time, reqId: _id, milliseconds: _ms, ...entry }) => JSON.stringify(entry))
    t.same(findTexts(entries.join('\n'), known), [], 'not in the log, at its most talkative')
    t.notMatch(entries.join('\n'), new RegExp(`saka_(key|session|device|link|setup)_|${key}`), 'nor a token')

    const shown = page!.slice(-12)
    const children = personalTexts(databaseFile, 'personal').filter((text) => text.length > 3 && text !== shown)
    t.same(findTexts(linesOf('story').join('\n'), children), [], 'not in its story, but for one code to try')
    t.match(findTexts(told, [shown]), [shown])

    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name === 'demo.db') continue
      const file = readFileSync(join(entry.parentPath, entry.name), 'utf8')
      t.same(
        findTexts(
          file,
          known.filter((text) => text.length > 3),
        ),
        [],
        `not in ${entry.name}`,
      )
    }
  })

  t.test('started again on its own database it serves what is there', async (t) => {
    const again = await demonstration(t, databaseFile)
    t.match(again.printed(), 'served as it is')
  })
})
