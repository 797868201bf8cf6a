// A file of children over HTTP, against inserting its rows once they have been read and checked; and the memory of the service.
//
//   npm run bench -- import                                      100,000 children, five rounds
//   node tests/bench/import.bench.ts 20000 3
import { Readable } from 'node:stream'
import { insertEnrollments } from '../../src/enrollment/repository.ts'
import type { NewEnrollment } from '../../src/enrollment/rules.ts'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { openCampaign, pupilLines, schoolLines } from './scale-campaign.ts'
import { sqliteDatabase } from './scale-database.ts'
import { startService } from './scale-service.ts'

const children = Number(process.argv[2] ?? 100_000)
const rounds = Number(process.argv[3] ?? 5)
const schools = 1000
const perSchool = Math.ceil(children / schools)
const insertedAtOnce = 64
const leastRatio = 0.5
const mostMegabytes = 250
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

const { url } = sqliteDatabase()
const service = await startService(url, 1)
const { made } = service
await made('POST', '/school-imports?createCommunities=true', Readable.from(schoolLines(schools)))

/** How many milliseconds passed until the report of an import was there; the first is to warm up. */
const imported: number[] = []
for (let round = 0; round <= rounds; round++) {
  const { campaign } = await openCampaign(service, children)
  const began = performance.now()
  const path = `/campaigns/${campaign.id}/enrollment-imports`
  const { created } = await made('POST', path, Readable.from(pupilLines(children, perSchool)))
  if (created !== children) throw new Error(`${created} children were imported`)
  if (round > 0) imported.push(performance.now() - began)
}
const megabytes = service.peakMegabytes()
const empty: string[] = []
for (let round = 0; round <= rounds; round++) empty.push((await openCampaign(service, children)).campaign.id)
await service.stop()

/** How many milliseconds the same rows take that are there already, into campaigns of their own. */
const inserted: number[] = []
const { db, newId, clock, close } = await openDeps(readConfig({ DATABASE_URL: url, LOG_LEVEL: 'warn' }))
const schoolIds = (await db.read.q.select({ id: db.read.t.schools.id }).from(db.read.t.schools)).map(({ id }) => id)
for (const [round, campaignId] of empty.entries()) {
  const rows = rowsOf(campaignId)
  const began = performance.now()
  await db.transact(async (tx) => {
    for (let from = 0; from < rows.length; from += insertedAtOnce)
      await insertEnrollments(tx, rows.slice(from, from + insertedAtOnce))
  })
  if (round > 0) inserted.push(performance.now() - began)
}
await close()

/** What the import of the file comes to. */
function rowsOf(campaignId: string): NewEnrollment[] {
  const guardian = { name: 'Φωτοπούλου Μαρία', phone: '+306902128000', language: 'el', consent: false } as const
  const child = {
    familyName: 'Φωτοπούλου',
    givenName: 'Ελένη',
    section: 'Α1',
    headcount: false,
    transferredFromId: null,
  }
  return Array.from({ length: children }, (_, i) => ({
    ...{ ...child, id: newId(), campaignId, createdAt: clock.now() },
    schoolId: schoolIds[Math.floor(i / perSchool)]!,
    pupilRef: String(1 + (i % perSchool)),
    guardians: [{ ...guardian, email: `guardian.${i}@families.example.org` }],
  }))
}

const ratio = median(inserted) / median(imported)
const rate = (milliseconds: number[]) => `${Math.round((1000 * children) / median(milliseconds))} children a second`
console.log(`${children} children of ${schools} schools, median of ${rounds} rounds`)
console.log(`import of a CSV file over HTTP       ${rate(imported)}`)
console.log(`inserting the parsed rows, no more   ${rate(inserted)}`)
console.log(`import / insert                      ${ratio.toFixed(2)} x  at least ${leastRatio}`)
console.log(`peak memory of the service           ${megabytes.toFixed(0)} MB  below ${mostMegabytes}`)
process.exit(ratio < leastRatio || megabytes >= mostMegabytes ? 1 : 0)
