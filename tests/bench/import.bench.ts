import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { schoolCount } from './import-contestant.ts'

// As many children and rounds as this file is asked for by hand.
const children = Number(process.argv[2] ?? 100_000)
const rounds = Number(process.argv[3] ?? 5)
const warmUp = Math.min(children, 20_000)
const mostMegabytes = 250
const leastRatio = 0.5
const account = { email: 'admin@example.org', password: 'correct horse battery staple' }

const folder = mkdtempSync(join(tmpdir(), 'saka-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** A file as municipalities send it: Greek headers, guarded codes, phones in four spellings. */
async function writeSample(name: string, rows: number): Promise<string> {
  const path = join(folder, name)
  const perSchool = Math.ceil(rows / schoolCount)
  const phones = ['6902128000', '690 212 8000', '00306902128000', '+306902128000']
  function* lines() {
    yield '\ufeffΚωδικός Σχολείου;Ονομασία Σχολείου;Α.Μ.;Επώνυμο;Όνομα;Τμήμα;Κηδεμόνας;Email Κηδεμόνα;Κινητό Κηδεμόνα;Γλώσσα\r\n'
    for (let i = 0; i < rows; i++) {
      const school = Math.floor(i / perSchool)
      const code = `"=""${9_000_000 + school}"""`
      const ref = String(1 + (i % perSchool)).padStart(3, '0')
      const contact = `guardian.${i}@families.example.org;${phones[i % 4]}`
      yield `${code};${school}ο Δημοτικό Σχολείο;${ref};Φωτοπούλου;Ελένη;Α1;Φωτοπούλου Μαρία;${contact};el\r\n`
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(path))
  return path
}

/** The service as it runs in earnest, built, in a process of its own. */
async function startService() {
  const main = join(import.meta.dirname, '../../src/main.ts')
  const child = spawn(process.execPath, [main, 'serve'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      DATABASE_URL: `file:${join(folder, 'saka.db')}`,
      PORT: '0',
      ADMIN_EMAIL: account.email,
      ADMIN_PASSWORD: account.password,
    },
  })
  process.on('exit', () => child.kill('SIGKILL'))
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /listening on (\S+?)"/.exec(line)?.[1]
    if (!address) continue
    child.stdout.resume()
    return { pid: child.pid, api: `${address}/api/v1` }
  }
  throw new Error('the service did not start')
}

const { pid, api } = await startService()
const signedIn = await fetch(`${api}/session`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(account),
})
const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!

interface Made {
  id: string
  created: number
}

async function made(path: string, body: string | object): Promise<Made> {
  const isFile = typeof body === 'string'
  const answer = await fetch(`${api}${path}`, {
    method: 'POST',
    headers: { cookie, 'content-type': isFile ? 'text/csv' : 'application/json' },
    body: isFile ? body : JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path} answered ${await answer.text()}`)
  return (await answer.json()) as Made
}

/** Sends a file and answers how many milliseconds passed until the report was there. */
async function importFile(campaignId: string, path: string, rows: number): Promise<number> {
  const began = performance.now()
  const headers = { cookie, 'content-type': 'text/csv' }
  const sent = request(`${api}/campaigns/${campaignId}/enrollment-imports`, { method: 'POST', headers })
  const answered = once(sent, 'response')
  await pipeline(createReadStream(path), sent)
  const [response] = await answered
  const report = JSON.parse(await text(response)) as Made
  if (report.created !== rows) throw new Error(`the import answered ${JSON.stringify(report).slice(0, 500)}`)
  return performance.now() - began
}

const schoolRows = Array.from({ length: schoolCount }, (_, i) => `${9_000_000 + i};${i}ο Δημοτικό Σχολείο;A`)
await made('/school-imports?createCommunities=true', ['code;name;community', ...schoolRows].join('\n'))
const communities = await fetch(`${api}/communities`, { headers: { cookie } })
const [community] = ((await communities.json()) as { items: Made[] }).items
const kit = await made('/kits', { name: 'Kit', items: [{ name: 'Bag', quantity: 1, unitCostCents: 9000 }] })

const inserter = fork(new URL('./import-contestant.ts', import.meta.url))
await once(inserter, 'message')

async function race(path: string, rows: number): Promise<{ imported: number; inserted: number }> {
  const figures = {
    year: 2023,
    targetQuantity: rows,
    budgetCents: 1,
    pickupFrom: '2023-09-11',
    pickupUntil: '2023-09-29',
  }
  const campaign = await made('/campaigns', { name: 'Bench', kitId: kit.id, communityIds: [community!.id], ...figures })
  const imported = await importFile(campaign.id, path, rows)
  inserter.send(rows)
  const [inserted] = (await once(inserter, 'message')) as [number]
  return { imported, inserted }
}

await race(await writeSample('warm-up.csv', warmUp), warmUp)
const path = await writeSample('children.csv', children)
const times: { imported: number; inserted: number }[] = []
for (let round = 0; round < rounds; round++) times.push(await race(path, children))
const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
const megabytes = Number(peak) / 1024
inserter.kill()

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
const rate = (milliseconds: number) => `${Math.round((1000 * children) / milliseconds)} children a second`
const imported = median(times.map((time) => time.imported))
const inserted = median(times.map((time) => time.inserted))
const ratio = inserted / imported
console.log(`${children} children of ${schoolCount} schools, median of ${rounds} interleaved rounds`)
console.log(`import of a CSV file over HTTP       ${rate(imported)}`)
console.log(`inserting the parsed rows, no more   ${rate(inserted)}`)
console.log(`import / insert                      ${ratio.toFixed(2)} x  at least ${leastRatio}`)
console.log(`peak memory of the service           ${megabytes.toFixed(0)} MB  below ${mostMegabytes}`)
console.log(
  JSON.stringify({ bench: 'import', children, ratio: Number(ratio.toFixed(2)), megabytes: Math.round(megabytes) }),
)
if (ratio < leastRatio || megabytes >= mostMegabytes) process.exitCode = 1
process.exit()
