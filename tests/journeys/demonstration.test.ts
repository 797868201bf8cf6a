import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'

/** What the demonstration prints until it stays up, and the process that stays. */
async function demonstration(t: Test, databaseFile: string): Promise<{ lines: string[]; process: ChildProcess }> {
  const child = spawn(process.execPath, ['--import=tsx', 'src/main.ts', 'demo'], {
    cwd: projectRoot,
    env: { ...process.env, PORT: '0', DATABASE_URL: `file:${databaseFile}`, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line)
    if (line.includes('stays up')) break
  }
  return { lines, process: child }
}

t.test('the demonstration runs both campaigns to their end, and a third stays open', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'saka-demo-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const { lines, process } = await demonstration(t, join(folder, 'demo.db'))
  const told = lines.filter((line) => !line.startsWith('{')).join('\n')
  t.match(told, 'and the 2021 campaign is closed')
  t.match(told, 'and the 2023 campaign is closed')
  t.match(told, /571 vouchers are issued[\s\S]*1438 vouchers are issued[\s\S]*86 vouchers are issued/)
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

  t.test('its log holds no name, no contact and no code', async (t) => {
    const log = lines.filter((line) => line.startsWith('{')).join('\n')
    t.match(log, 'answered', 'it is a log')
    const children = readFileSync(join(projectRoot, 'src/demo/data/piraeus/enrollments-2021.csv'), 'utf8')
    const rows = children
      .split('\n')
      .slice(1)
      .map((line) => line.split(';'))
    const personal = new Set(rows.flatMap((cells) => [cells[3], cells[4], cells[6], cells[7], cells[8]?.slice(-8)]))
    t.ok(personal.size > 500)
    t.same(
      [...personal].filter((text) => text && text.length > 3 && log.includes(text)),
      [],
    )
    t.notMatch(log, /\b(?=\d*[A-Z])[0-9A-HJKMNP-TV-Z]{12}\b/, 'no code')
    t.notMatch(log, key!)
  })

  t.test('it ends when it is told to', async (t) => {
    process.kill('SIGTERM')
    const [code] = await once(process, 'exit')
    t.equal(code, 0)
  })

  t.test('started again on its own database it serves what is there', async (t) => {
    const again = await demonstration(t, join(folder, 'demo.db'))
    t.match(again.lines.join('\n'), 'served as it is')
  })
})
