import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { insertEnrollments } from '../../src/enrollment/repository.ts'
import type { NewEnrollment } from '../../src/enrollment/rules.ts'
import { type OpenDeps, openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { insertRows } from '../../src/platform/db/index.ts'
import type { Id } from '../../src/shared/ids.ts'

/** How many schools the children of the bench are spread over. */
export const schoolCount = 1000
const insertedAtOnce = 64
const now = '2023-09-11T06:30:00.000Z'

async function prepare() {
  const folder = mkdtempSync(join(tmpdir(), 'saka-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const deps = await openDeps(readConfig({ DATABASE_URL: `file:${join(folder, 'saka.db')}`, LOG_LEVEL: 'warn' }))
  const { newId, db } = deps
  const [communityId, kitId] = [newId(), newId()]
  const schools = Array.from({ length: schoolCount }, (_, i) => ({
    id: newId(),
    ministryCode: String(9_000_000 + i),
    name: `${i}ο Δημοτικό Σχολείο`,
    folded: '',
    communityId,
    locationId: newId(),
  }))
  await db.transact(async (tx) => {
    const { t } = tx
    await insertRows(tx, t.communities, [{ id: communityId, code: 'A', name: 'A' }])
    await insertRows(tx, t.kits, [{ id: kitId, name: 'kit', unitCostCents: 1 }])
    const yards = schools.map(({ locationId, name }) => ({ id: locationId, kind: 'school' as const, name }))
    await insertRows(tx, t.locations, yards)
    await insertRows(tx, t.schools, schools)
  })
  return { deps, kitId, schoolIds: schools.map(({ id }) => id) }
}

/** The rows that the import of the bench's file comes to. */
function parsedRows({ newId }: OpenDeps, campaignId: Id, schoolIds: Id[], children: number): NewEnrollment[] {
  const perSchool = Math.ceil(children / schoolCount)
  return Array.from({ length: children }, (_, i) => ({
    id: newId(),
    campaignId,
    schoolId: schoolIds[Math.floor(i / perSchool)]!,
    pupilRef: String(1 + (i % perSchool)).padStart(3, '0'),
    familyName: 'Φωτοπούλου',
    givenName: 'Ελένη',
    section: 'Α1',
    guardians: [
      {
        name: 'Φωτοπούλου Μαρία',
        email: `guardian.${i}@families.example.org`,
        phone: '+306902128000',
        language: 'el',
        consent: false,
      },
    ],
    headcount: false,
    transferredFromId: null,
    createdAt: now,
  }))
}

/** Inserts rows that are there already into a campaign of their own, and answers how many milliseconds that took. */
async function insertOnly({ db }: OpenDeps, rows: NewEnrollment[], kitId: Id): Promise<number> {
  const figures = { year: 2023, targetQuantity: 1, budgetCents: 1, pickupFrom: '2023-09-11', pickupUntil: '2023-09-29' }
  const id = rows[0]!.campaignId
  await db.transact((tx) => insertRows(tx, tx.t.campaigns, [{ id, name: 'bench', kitId, createdAt: now, ...figures }]))
  const start = performance.now()
  await db.transact(async (tx) => {
    for (let from = 0; from < rows.length; from += insertedAtOnce) {
      await insertEnrollments(tx, rows.slice(from, from + insertedAtOnce))
    }
  })
  return performance.now() - start
}

// Started as a process of its own, it inserts as many children as it is told to.
if (process.send) {
  const { deps, kitId, schoolIds } = await prepare()
  process.on('message', async (children: number) => {
    process.send!(await insertOnly(deps, parsedRows(deps, deps.newId(), schoolIds, children), kitId))
  })
  process.on('SIGTERM', () => process.exit())
  process.send('ready')
}
