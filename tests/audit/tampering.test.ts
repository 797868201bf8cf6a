import t, { type Test } from 'tap'
import { sealTrailJob } from '../../jobs/seal-trail.ts'
import { linkOf } from '../../src/audit/sealing/chain.ts'
import { type Saka, startSaka } from '../support/saka.ts'
import { allSql, bytesLiteral } from '../support/sql.ts'
import { recordEvents, tamper, verifyOffline } from '../support/trail.ts'

/** A trail of twelve entries in three checkpoints, all of which are verified, and the ids of its events. */
async function sealedTrail(t: Test): Promise<Saka & { ids: string[]; kept: string }> {
  const saka = await startSaka(t)
  const ids: string[] = []
  for (const hour of ['07', '08', '09']) {
    ids.push(...(await recordEvents(saka.deps, 4)))
    saka.clock.set(`2023-09-11T${hour}:00:00.000Z`)
    await sealTrailJob.run(saka.deps)
  }
  const { items } = (await saka.api.get('/audit/checkpoints')).json
  return { ...saka, ids, kept: items.map((checkpoint: any) => JSON.stringify(checkpoint)).join('\n') }
}

/** What the service finds, and that `saka verify-audit` finds the same in an export made afterwards. */
async function found(t: Test, { api, kept }: Saka & { kept: string }) {
  const verification = (await api.get('/audit/verification')).json
  const verdict = await verifyOffline(t, (await api.get('/audit/export')).text, { checkpoints: kept })
  t.equal(verification.intact, false, 'the service finds it')
  t.equal(verdict.code, 1, 'so does the auditor')
  for (const { detail } of verification.faults) t.match(verdict.out, `- ${detail}\n`)
  return verification
}

const forged = '018a8300-0000-7000-8000-000000000000'
/** The statement that puts in another event like `like`, under an id that tells of an earlier moment. */
const insertLike = (like: string) =>
  `INSERT INTO audit_events SELECT '${forged}', at, actor_kind, actor_id, action, 'forged', change, request_id, mark FROM audit_events WHERE id = '${like}'`
const deleteEvents = (...ids: string[]) => `DELETE FROM audit_events WHERE id IN ('${ids.join("', '")}')`
/** Moves the seals at these places by so many. */
const move = (by: number, ...places: number[]) =>
  places.map((place) => `UPDATE audit_seals SET position = ${place + by} WHERE position = ${place}`)

/** What somebody may do to a trail of twelve events, and what is found of it, the gravest first. */
const deeds: Record<string, (ids: string[]) => { done: string[]; faults: object[] }> = {
  'a change that is no JSON any more': (ids) => ({
    done: [`UPDATE audit_events SET change = 'gone' WHERE id = '${ids[2]}'`],
    faults: [{ kind: 'changed', position: 3 }],
  }),
  'an event edited together with its seal': () => ({
    done: [`UPDATE audit_seals SET leaf = ${bytesLiteral('ab'.repeat(32))} WHERE position = 6`],
    faults: [
      { kind: 'changed', position: 6 },
      { kind: 'unlinked', position: 6 },
      { kind: 'rewritten', position: 5, until: 8 },
    ],
  }),
  'an event that was deleted': (ids) => ({
    done: [deleteEvents(ids[6]!)],
    faults: [{ kind: 'removed', position: 7, eventId: ids[6] }],
  }),
  'one that was deleted with its seal': (ids) => ({
    done: [deleteEvents(ids[6]!), 'DELETE FROM audit_seals WHERE position = 7'],
    faults: [{ kind: 'missing', position: 7, until: 7 }],
  }),
  'events that were deleted although those after them moved up': (ids) => ({
    done: [
      'DELETE FROM audit_seals WHERE position IN (5, 6)',
      ...move(-2, 7, 8, 9, 10, 11, 12),
      deleteEvents(ids[4]!, ids[5]!),
    ],
    faults: [
      { kind: 'unlinked', position: 5, eventId: ids[6] },
      { kind: 'rewritten', position: 5, until: 8 },
      { kind: 'truncated', position: 11, until: 12 },
    ],
  }),
  'an event that was inserted under an earlier moment': (ids) => ({
    done: [insertLike(ids[1]!)],
    faults: [
      { kind: 'foreign', position: 13, eventId: forged },
      { kind: 'backdated', position: 13, eventId: forged },
    ],
  }),
  'an event that was inserted with a seal between others': (ids) => ({
    done: [
      insertLike(ids[5]!),
      ...move(1, 12, 11, 10, 9, 8, 7, 6),
      `INSERT INTO audit_seals SELECT 6, '${forged}', leaf, hash FROM audit_seals WHERE position = 7`,
    ],
    faults: [
      { kind: 'changed', position: 6, eventId: forged },
      { kind: 'unlinked', position: 7 },
    ],
  }),
  'a trail that was cut off': (ids) => ({
    done: ['DELETE FROM audit_seals WHERE position > 9', deleteEvents(...ids.slice(9))],
    faults: [{ kind: 'truncated', position: 10, until: 12 }],
  }),
  'a checkpoint that was removed': () => ({
    done: ['DELETE FROM audit_checkpoints WHERE size = 8'],
    faults: [{ kind: 'checkpoint_missing' }],
  }),
  'a checkpoint that was given another time': () => ({
    done: [`UPDATE audit_checkpoints SET at = '2023-09-11T07:59:00.000Z' WHERE size = 8`],
    faults: [{ kind: 'forged' }],
  }),
  'a checkpoint that was signed with another key': () => ({
    done: [`UPDATE audit_checkpoints SET public_key = '${'ab'.repeat(32)}' WHERE size = 8`],
    faults: [{ kind: 'forged' }],
  }),
}

for (const [what, deed] of Object.entries(deeds))
  t.test(`${what} is found`, async (t) => {
    const saka = await sealedTrail(t)
    const { done, faults } = deed(saka.ids)
    await tamper(saka.deps, ...done)
    t.match((await found(t, saka)).faults, faults)
  })

t.test('a trail that was cut off with its checkpoints is found, also where new events took the places', async (t) => {
  const saka = await sealedTrail(t)
  const cut = ['DELETE FROM audit_checkpoints WHERE size > 8', 'DELETE FROM audit_seals WHERE position > 8']
  await tamper(saka.deps, deleteEvents(...saka.ids.slice(9)), ...cut)
  await recordEvents(saka.deps, 5)
  t.match((await found(t, saka)).firstBroken, { kind: 'rewritten', position: 9, until: 12 })
})

t.test('an event is found of which anything was edited, and put back, nothing is wrong', async (t) => {
  const saka = await sealedTrail(t)
  const id = saka.ids[5]!
  const [original] = await allSql(saka.deps.db.read, `SELECT * FROM audit_events WHERE id = '${id}'`)
  for (const [column, value] of Object.entries({
    at: '2023-09-11T07:31:00.000Z',
    actor_kind: 'device',
    actor_id: 'nobody',
    action: 'other.happened',
    subject_id: 'other',
    change: '{"i":99}',
    request_id: 'other',
  })) {
    const write = (text: unknown) =>
      tamper(
        saka.deps,
        `UPDATE audit_events SET ${column} = ${text === null ? 'NULL' : `'${text}'`} WHERE id = '${id}'`,
      )
    await write(value)
    const { firstBroken, faultCount } = await found(t, saka)
    t.match(firstBroken, { kind: 'changed', position: 6, eventId: id }, column)
    t.match(firstBroken.detail, `Entry 6 (event ${id}) is not what was sealed there`)
    t.equal(faultCount, 1, `${column}: and nothing else is said to be broken`)
    await write(original![column])
    t.match((await saka.api.get('/audit/verification')).json, { intact: true }, column)
  }
})

t.test('an event that was inserted before the next seal is found, however much it looks like ours', async (t) => {
  const saka = await sealedTrail(t)
  const [genuine] = await recordEvents(saka.deps, 1)
  const copied = 'at, actor_kind, actor_id, action, subject_id, change, request_id'
  const ids = [saka.deps.newId(), saka.deps.newId(), saka.deps.newId()]
  const marks = ['mark', 'NULL', "'00'"]
  await tamper(
    saka.deps,
    ...ids.map(
      (id, i) =>
        `INSERT INTO audit_events SELECT '${id}', ${copied}, ${marks[i]} FROM audit_events WHERE id = '${genuine}'`,
    ),
  )
  const { faults, events } = await found(t, saka)
  t.match(
    faults,
    ids.map((eventId, i) => ({ kind: 'foreign', position: 14 + i, eventId })),
  )
  t.equal(faults.length, 3, 'and the genuine one is believed')
  t.equal(events, 19, 'with an event for each that tells of it, and one of the export')
})

t.test('an event that was changed before it was sealed is found', async (t) => {
  const saka = await sealedTrail(t)
  const ids = await recordEvents(saka.deps, 9)
  const columns = ['at', 'actor_kind', 'actor_id', 'action', 'subject_id', 'change', 'request_id']
  await tamper(
    saka.deps,
    ...columns.map((column, i) => `UPDATE audit_events SET ${column} = '{"i":99}' WHERE id = '${ids[i]}'`),
    `UPDATE audit_events SET change = 'gone' WHERE id = '${ids[7]}'`,
  )
  const { faults } = await found(t, saka)
  t.match(
    faults,
    ids.slice(0, 8).map((eventId, i) => ({ kind: 'foreign', position: 13 + i, eventId })),
  )
})

t.test('what tells of a foreign event cannot be taken away: it is sealed together with it', async (t) => {
  const saka = await sealedTrail(t)
  const [genuine] = await recordEvents(saka.deps, 1)
  await tamper(saka.deps, `UPDATE audit_events SET actor_id = 'nobody' WHERE id = '${genuine}'`)
  await sealTrailJob.run(saka.deps)
  await tamper(saka.deps, "DELETE FROM audit_events WHERE action = 'trail.foreign_event_found'")
  t.match((await found(t, saka)).firstBroken, { kind: 'removed', position: 14 })
})

t.test('events from before there were marks are believed, and none that come without one later', async (t) => {
  const { deps, api } = await startSaka(t)
  const before = await recordEvents(deps, 3)
  await tamper(deps, 'UPDATE audit_events SET mark = NULL')
  t.match((await api.get('/audit/verification')).json, { intact: true, events: 3 })
  const [after] = await recordEvents(deps, 1)
  await recordEvents(deps, 1)
  await tamper(deps, `UPDATE audit_events SET mark = NULL WHERE id > '${before[2]}' AND id <> '${after}'`)
  t.match((await api.get('/audit/verification')).json, { intact: false, faultCount: 1, faults: [{ kind: 'foreign' }] })
})

t.test('events that changed places are found', async (t) => {
  const saka = await sealedTrail(t)
  const swap = (table: string, column: string, a: string, b: string) => [
    `UPDATE ${table} SET ${column} = '0' WHERE ${column} = ${a}`,
    `UPDATE ${table} SET ${column} = ${a} WHERE ${column} = ${b}`,
    `UPDATE ${table} SET ${column} = ${b} WHERE ${column} = '0'`,
  ]
  await tamper(saka.deps, ...swap('audit_seals', 'position', '6', '9'))
  const { faults } = await found(t, saka)
  t.match(faults[0], { kind: 'unlinked', position: 6, eventId: saka.ids[8] })
  t.ok(faults.some(({ kind, position }: any) => kind === 'unlinked' && position === 9))
  await tamper(saka.deps, ...swap('audit_seals', 'position', '6', '9'))
  t.match((await saka.api.get('/audit/verification')).json.faults, [], 'put back, nothing is wrong')
  await tamper(saka.deps, ...swap('audit_seals', 'event_id', `'${saka.ids[2]}'`, `'${saka.ids[3]}'`))
  t.match((await found(t, saka)).faults.slice(0, 2), [
    { kind: 'changed', position: 3 },
    { kind: 'changed', position: 4 },
  ])
})

t.test('a trail that was cut off and left alone is found by the checkpoints kept elsewhere alone', async (t) => {
  const { api, kept } = await sealedTrail(t)
  const exported = (await api.get('/audit/export')).text.split('\n')
  const end = exported.findIndex((line) => line.includes(`"position":9,`))
  const cut = [...exported.slice(0, end), '{"kind":"end","entries":8}', ''].join('\n')
  t.match(await verifyOffline(t, cut), { code: 0, out: /only found with checkpoints kept elsewhere/ })
  t.match(await verifyOffline(t, cut, { checkpoints: kept }), {
    code: 1,
    out: '- Entries 9 to 12, the last ones, were cut off.\n',
  })
})

t.test('a trail written anew with all its hashes is found', async (t) => {
  const saka = await sealedTrail(t)
  const { q, t: tables } = saka.deps.db.read
  const seals = await q.select().from(tables.auditSeals)
  const leaf = Buffer.alloc(32, 7)
  const hash = linkOf(seals[10]!.hash, leaf).toString('hex')
  await tamper(
    saka.deps,
    `UPDATE audit_seals SET leaf = ${bytesLiteral(leaf.toString('hex'))}, hash = ${bytesLiteral(hash)} WHERE position = 12`,
    `UPDATE audit_checkpoints SET head = '${hash}' WHERE size = 12`,
  )
  const { faults } = await found(t, saka)
  t.same(
    faults.map(({ kind, position }: any) => `${kind} ${position}`),
    ['changed 12', 'rewritten 9', 'forged 12'],
  )
})
