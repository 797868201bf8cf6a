import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { temporaryFolder } from '../support/folder.ts'
import { startSaka } from '../support/saka.ts'
import { until } from '../support/until.ts'
import { listen, request, statusesIn } from '../support/wire.ts'

// Uploads of this process go where nothing else writes, so that whatever is left behind is seen.
const folder = temporaryFolder(t)
const before = process.env.TMPDIR
const saka = await startSaka(t)
process.env.TMPDIR = folder
t.teardown(() => {
  if (before === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = before
})

const csv = 'code;name;community\n9000001;1ο Δημοτικό;Α΄\n'
const form = (disposition: string, type = 'text/csv') =>
  `--x\r\nContent-Disposition: ${disposition}\r\nContent-Type: ${type}\r\n\r\n${csv}\r\n--x--\r\n`
const send = (body: string) =>
  saka.api.upload('/school-imports?dryRun=true&createCommunities=true', body, 'multipart/form-data; boundary=x')
const target = join(folder, 'evil')

const names = [
  '../evil',
  '../../../../../../../../../tmp/evil',
  target,
  '..\\..\\evil',
  '%2e%2e%2fevil',
  '....//evil',
  'evil\u0000.csv',
  '.htaccess',
  'evil.php',
  'evil.svg',
  '-rf',
  '$(touch evil)',
  '`touch evil`',
  '|touch evil',
  'CON',
  'a'.repeat(5000),
  '',
]

t.test('a file is read whatever it calls itself, and is nowhere under that name', async (t) => {
  t.match(
    (await send(form('form-data; name="file"; filename="schools.csv"'))).json,
    { rows: 1, created: 1 },
    'a good one',
  )
  const dispositions = [
    ...names.map((name) => `name="file"; filename="${name}"`),
    `name="../../evil"; filename*=UTF-8''..%2F..%2Fevil`,
  ]
  const faults: string[] = []
  for (const disposition of dispositions) {
    const { status } = await send(form(`form-data; ${disposition}`))
    const written = [target, 'evil'].filter((file) => existsSync(file))
    if (![200, 400].includes(status) || written.length > 0)
      faults.push(`${disposition.slice(0, 60)} answers ${status} and writes ${written}`)
  }
  t.same(faults, [])
})

t.test('once a file has been answered nothing of it is left', async (t) => {
  await send(form('form-data; name="file"; filename="schools.csv"'))
  await until('nothing is left', () => readdirSync(folder).length === 0)
  t.same(readdirSync(folder), [])
})

t.test('a program that is sent as a table is refused by what it is', async (t) => {
  for (const type of ['text/csv', 'text/html', 'image/svg+xml', 'application/javascript']) {
    const elf = saka.api.upload(
      '/school-imports?dryRun=true',
      Buffer.from('\x7fELF\x02\x01\x01\x00'.repeat(50), 'latin1'),
      type,
    )
    t.ok([415, 422].includes((await elf).status), type)
  }
})

const ways = [
  '/docs/static/../../package.json',
  '/docs/static/..%2f..%2f..%2fpackage.json',
  '/docs/static/%2e%2e/%2e%2e/%2e%2e/package.json',
  '/docs/static/..%5c..%5cpackage.json',
  '/docs/static/....//....//package.json',
  '/docs/static//etc/passwd',
  '/docs/static/%2fetc%2fpasswd',
  '/docs/static/..;/..;/package.json',
  '/docs/static/%c0%ae%c0%ae/package.json',
  '/docs/static/swagger-ui.css%00.json',
  '/docs/static/package.json',
  '/assets/../package.json',
  '/assets/%2e%2e/data/saka.db',
  '/../../etc/passwd',
  '/v/..%2f..%2fetc%2fpasswd',
  '/v/%2e%2e%2f%2e%2e%2fpackage.json/qr.svg',
  '/.git/config',
  '/.env',
  '/data/saka.db',
  '/saka.db-wal',
  'http://127.0.0.1/etc/passwd',
]

t.test('no address leads to a file that is not meant to be served', async (t) => {
  const wire = await listen(t, saka.deps)
  const get = (path: string) => wire.say(request(`GET ${path}`, { Connection: 'close' }))
  t.match(await get('/docs/static/swagger-ui.css'), /^HTTP\/1\.1 200 /, 'one that is, is')
  const served: string[] = []
  for (const path of ways) {
    const heard = await get(path)
    const [status] = statusesIn(heard)
    if (![400, 403, 404].includes(status!) || /root:|"dependencies"|SQLite format|\[core\]/.test(heard))
      served.push(`${path} answers ${status}: ${heard}`)
  }
  t.same(served, [])
})

t.test('no folder shows what is in it', async (t) => {
  const wire = await listen(t, saka.deps)
  for (const path of ['/docs/static/', '/assets/', '/api/', '/api/v1/', '/v/'])
    t.notMatch(
      await wire.say(request(`GET ${path}`, { Connection: 'close' })),
      /Index of|swagger-ui-bundle\.js\.map|<li>/,
      path,
    )
})
