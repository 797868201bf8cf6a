import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { type Contestant, type Order, schoolCount } from './import-contestant.ts'

// As many children as asked for (`npm run bench -- import` takes 100,000; this file itself any number).
const children = Number(process.argv[2] ?? 100_000)
const rounds = Number(process.argv[3] ?? 5)
const warmUp = Math.min(children, 20_000)
const mostMegabytes = 250
const leastRatio = 0.5

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

interface Runner {
  child: ChildProcess
  address: string
  authorization: string
}

async function start(contestant: Contestant): Promise<Runner> {
  const options = { execArgv: ['--import=tsx'] }
  const child = fork(new URL('./import-contestant.ts', import.meta.url), [contestant], options)
  const [ready] = (await once(child, 'message')) as [Omit<Runner, 'child'>]
  return { child, ...ready }
}

async function ask<Answer>({ child }: Runner, order: Order): Promise<Answer> {
  child.send(order)
  const [answer] = (await once(child, 'message')) as [Answer]
  return answer
}

/** Sends a file and answers how many milliseconds passed until the report was there. */
async function importFile({ address, authorization }: Runner, campaignId: string, path: string, rows: number) {
  const began = performance.now()
  const sent = request(`${address}/api/v1/campaigns/${campaignId}/enrollment-imports`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'text/csv' },
  })
  const answered = once(sent, 'response')
  await pipeline(createReadStream(path), sent)
  const [response] = await answered
  const report = JSON.parse(await text(response)) as { created?: number }
  if (report.created !== rows) throw new Error(`the import answered ${JSON.stringify(report).slice(0, 500)}`)
  return performance.now() - began
}

const importer = await start('import')
const inserter = await start('insert')

async function race(path: string, rows: number): Promise<{ imported: number; inserted: number }> {
  const imported = await importFile(importer, await ask(importer, { do: 'campaign' }), path, rows)
  const campaignId = await ask<string>(inserter, { do: 'campaign' })
  const inserted = await ask<number>(inserter, { do: 'insert', campaignId, children: rows })
  return { imported, inserted }
}

await race(await writeSample('warm-up.csv', warmUp), warmUp)
const path = await writeSample('children.csv', children)
const times: { imported: number; inserted: number }[] = []
for (let round = 0; round < rounds; round++) times.push(await race(path, children))
const megabytes = await ask<number>(importer, { do: 'memory' })
for (const { child } of [importer, inserter]) child.kill()

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
