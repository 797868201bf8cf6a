import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import t from 'tap'
import { sealSoon } from '../../jobs/seal-soon.ts'
import { sealTrailJob, sweepTrailJob } from '../../jobs/seal-trail.ts'
import { recordEvent, sealTrail } from '../../src/audit/index.ts'
import { canonicalJson } from '../../src/audit/sealing/canonical.ts'
import type { Deps } from '../../src/deps.ts'
import { systemActor } from '../../src/identity/rules.ts'
import { openDeps } from '../../src/open-deps.ts'
import { projectRoot } from '../../src/platform/project-root.ts'
import { idSource } from '../../src/shared/ids.ts'
import { databaseOf } from '../support/engine.ts'
import { startSaka } from '../support/saka.ts'
import { bytesLiteral, runStatements } from '../support/sql.ts'
import { recordEvents, tamper } from '../support/trail.ts'
import { until } from '../support/until.ts'

const sealedIds = async ({ db: { read } }: Deps) =>
  (await read.q.select().from(read.t.auditSeals)).map(({ eventId }) => eventId)

t.test('events are sealed in the order of their making, once, however often', async (t) => {
  const { deps } = await startSaka(t)
  const ids = await recordEvents(deps, 5)
  t.same(await sealTrailJob.run(deps), { sealed: 5, copied: 1 })
  t.same(await sealTrailJob.run(deps), { sealed: 0, copied: 0 })
  t.same(await sealedIds(deps), ids)
})

t.test(
  'what is committed is sealed and signed soon, whoever has committed it, and at the end what is left',
  async (t) => {
    const { deps, api } = await startSaka(t)
    const other = await openDeps(deps.config, { clock: deps.clock })
    t.teardown(() => other.close())
    const sealer = sealSoon(deps)
    for (const process of [deps, other]) {
      const id = (await recordEvents(process, 3)).at(-1)!
      await until('it is sealed, by whichever process it was recorded', async () =>
        (await sealedIds(deps)).includes(id),
      )
    }
    const last = await recordEvents(deps, 3)
    await sealer.stop()
    t.ok((await sealedIds(deps)).includes(last.at(-1)!))
    const { items } = (await api.get('/audit/checkpoints')).json
    t.equal(items[0].size, 9)
    t.same((await api.get('/jobs/seal-trail/runs')).json.items, [], 'and no run is kept of it')
  },
)

t.test('an event that is committed after one with a greater id is sealed behind it', async (t) => {
  const { deps, api } = await startSaka(t)
  const early = deps.newId()
  const ids = await recordEvents(deps, 2)
  await sealTrailJob.run(deps)
  await recordEvents({ ...deps, newId: () => early }, 1)
  t.match(await sealTrailJob.run(deps), { sealed: 1 })
  t.same(await sealedIds(deps), [...ids, early])
  t.match((await api.get('/audit/verification')).json, { intact: true, events: 3 })
})

t.test('two who seal at the same moment seal each event once, and the trail is intact', async (t) => {
  const { deps, api } = await startSaka(t)
  const ids = await recordEvents(deps, 1200)
  const sealers = [deps, { ...deps }, deps, deps].map((own, i) => sealTrail(own, { everything: i % 2 === 0 }))
  const more = recordEvents(deps, 50)
  const sealed = (await Promise.all(sealers)).map((figures) => figures.sealed)
  await more
  await sealTrailJob.run(deps)
  const all = await sealedIds(deps)
  t.equal(new Set(all).size, 1250)
  t.equal(all.length, 1250)
  t.ok(sealed.reduce((a, b) => a + b) >= 1200)
  t.ok(ids.every((id) => all.includes(id)))
  t.match((await api.get('/audit/verification')).json, { intact: true, events: 1250 })
})

t.test('two processes on one database make one chain', async (t) => {
  const { deps, api } = await startSaka(t)
  const other = await openDeps(deps.config, { clock: deps.clock })
  t.teardown(() => other.close())
  t.equal(other.signer.publicKey, deps.signer.publicKey, 'with one key')
  for (let i = 0; i < 5; i++) {
    await Promise.all([recordEvents(deps, 20), recordEvents(other, 20)])
    await Promise.all([sealTrailJob.run(deps), sealTrailJob.run(other)])
  }
  await sealTrailJob.run(deps)
  t.match((await api.get('/audit/verification')).json, { intact: true, events: 200, clockSetBack: 0 })
})

t.test('killed between batches, the sealing goes on where it was', async (t) => {
  const { deps, api } = await startSaka(t)
  await recordEvents(deps, 3000)
  const env = { ...process.env, ...databaseOf(deps), LOG_LEVEL: 'silent' }
  const child = fork(join(projectRoot, 'tests/audit/killed-sealer.ts'), { env })
  child.once('message', () => child.kill('SIGKILL'))
  await once(child, 'exit')
  const half = (await sealedIds(deps)).length
  t.ok(half > 0 && half < 3000 && half % 500 === 0, `${half} were sealed before the end`)
  t.same(await deps.db.read.q.select().from(deps.db.read.t.auditCheckpoints), [])
  t.match(await sealTrailJob.run(deps), { sealed: 3000 - half, copied: 1 })
  t.match((await api.get('/audit/verification')).json, { intact: true, events: 3000, covered: 3000 })
})

t.test('where the clock goes back, every event is sealed, and the trail is intact and says so', async (t) => {
  const { deps, api, clock } = await startSaka(t)
  const at = (instant: string) => idSource(() => Date.parse(instant))
  const tomorrow = { ...deps, newId: at('2023-09-12T06:30:00.000Z') }
  clock.set('2023-09-12T06:30:00.000Z')
  await recordEvents(tomorrow, 3)
  await sealTrailJob.run(tomorrow)

  clock.set('2023-09-11T06:31:00.000Z')
  const today = { ...deps, newId: at('2023-09-11T06:31:00.000Z') }
  await recordEvents(today, 2)
  clock.set('2023-09-11T06:32:00.000Z')
  t.match(await sealTrailJob.run(today), { sealed: 2 })
  t.match((await api.get('/audit/verification')).json, { intact: true, events: 5, clockSetBack: 1 })
})

t.test('an event that nobody looked for any more is found by the daily sweep', async (t) => {
  const { deps } = await startSaka(t)
  await recordEvents(deps, 1)
  await sealTrailJob.run(deps)
  await recordEvents({ ...deps, newId: idSource(() => Date.parse('2023-09-01T00:00:00.000Z')) }, 1)
  t.match(await sealTrailJob.run(deps), { sealed: 0 })
  t.match(await sweepTrailJob.run(deps), { sealed: 1 })
})

t.test('an event of any text can be sealed, half a surrogate pair included', async (t) => {
  const { deps, api } = await startSaka(t)
  const school = { code: 'A', name: 'Α΄' }
  await api.made('/communities', school)
  const texts = ['\ud800', 'Ά\u2028"\\\u0000', '😀', '']
  await deps.db.transact(async (tx) => {
    for (const text of texts) await recordEvent(deps, tx, systemActor, 'test.happened', 'x', { text, [text]: 1.5e300 })
  })
  t.match(await sealTrailJob.run(deps), { sealed: 5 })
  t.match((await api.get('/audit/verification')).json, { intact: true })
})

t.test('what is hashed is the canonical JSON of RFC 8785', async (t) => {
  const anything = fc.jsonValue({ stringUnit: 'binary' })
  const property = fc.property(
    anything,
    (value) => canonicalJson(value) === canonicalize(JSON.parse(JSON.stringify(value))),
  )
  t.doesNotThrow(() => fc.assert(property, { numRuns: 500 }))
  // The example of RFC 8785, section 3.2.3.
  const example = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew',
    '1': 'One',
    '\u0080': 'Control',
    '😂': 'Smiley',
    ö: 'o',
  }
  t.same(Object.keys(JSON.parse(canonicalJson(example))).length, 7)
  t.match(canonicalJson(example), /^\{"\\r":.*"1":.*"\u0080":.*"ö":.*"\u20ac":.*"😂":.*"\ufb33":/)
})

t.test('seals, nodes and checkpoints cannot be changed or removed, and a seal is the next one or none', async (t) => {
  const { deps } = await startSaka(t)
  await recordEvents(deps, 300)
  await sealTrailJob.run(deps)
  for (const statement of [
    "UPDATE audit_seals SET event_id = '1'",
    'DELETE FROM audit_seals',
    'UPDATE audit_nodes SET level = 9',
    'DELETE FROM audit_nodes',
    'UPDATE audit_checkpoints SET size = 1',
    'DELETE FROM audit_checkpoints',
    `INSERT INTO audit_seals VALUES (302, 'x', ${bytesLiteral('00'.repeat(32))}, ${bytesLiteral('00'.repeat(32))})`,
  ])
    await t.rejects(runStatements(deps, statement), { cause: { message: /never|follow each other/ } }, statement)
})

t.test('nothing is sealed or signed on top of entries that were cut off', async (t) => {
  const { deps, api } = await startSaka(t)
  await recordEvents(deps, 4)
  await sealTrailJob.run(deps)
  await tamper(deps, 'DELETE FROM audit_seals WHERE position = 4')
  await recordEvents(deps, 4)
  await t.rejects(sealTrailJob.run(deps), { code: 'trail_broken' })
  t.equal((await sealedIds(deps)).length, 3)
  const [event] = (await api.get('/audit/events?limit=1')).json.items
  t.match(await api.get(`/audit/events/${event.id}/proof`), { status: 409, json: { code: 'trail_broken' } })
})

t.test('nothing is signed that does not continue the checkpoint before', async (t) => {
  const { deps } = await startSaka(t)
  await recordEvents(deps, 300)
  await sealTrailJob.run(deps)
  await tamper(deps, `UPDATE audit_nodes SET hash = ${bytesLiteral('00'.repeat(32))}`)
  await recordEvents(deps, 300)
  await t.rejects(sealTrailJob.run(deps), { code: 'trail_broken', message: /The first 300 entries are not those/ })
  const { q, t: tables } = deps.db.read
  t.equal((await q.select().from(tables.auditCheckpoints)).length, 1)
})
