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

t.test('a change that is no JSON any more is found', async (t) => {
  const saka = await sealedTrail(t)
  await tamper(saka.deps, `UPDATE audit_events SET change = 'gone' WHERE id = '${saka.ids[2]}'`)
  t.match((await found(t, saka)).firstBroken, { kind: 'changed', position: 3 })
})

t.test('an event edited together with its seal is found', async (t) => {
  const saka = await sealedTrail(t)
  const leaf = bytesLiteral('ab'.repeat(32))
  await tamper(saka.deps, `UPDATE audit_seals SET leaf = ${leaf} WHERE position = 6`)
  const { faults } = await found(t, saka)
  t.match(faults, [
    { kind: 'changed', position: 6 },
    { kind: 'unlinked', position: 6 },
    { kind: 'rewritten', position: 5, until: 8 },
  ])
})

t.test('an event that was deleted is found, also with its seal', async (t) => {
  const saka = await sealedTrail(t)
  await tamper(saka.deps, `DELETE FROM audit_events WHERE id = '${saka.ids[6]}'`)
  t.match((await found(t, saka)).firstBroken, { kind: 'removed', position: 7, eventId: saka.ids[6] })
  await tamper(saka.deps, 'DELETE FROM audit_seals WHERE position = 7')
  t.match((await found(t, saka)).firstBroken, { kind: 'missing', position: 7, until: 7 })
})

t.test('events that were deleted are found although those after them moved up', async (t) => {
  const saka = await sealedTrail(t)
  const moveUp = Array.from(
    { length: 6 },
    (_, i) => `UPDATE audit_seals SET position = ${5 + i} WHERE position = ${7 + i}`,
  )
  await tamper(
    saka.deps,
    'DELETE FROM audit_seals WHERE position IN (5, 6)',
    ...moveUp,
    `DELETE FROM audit_events WHERE id IN ('${saka.ids[4]}', '${saka.ids[5]}')`,
  )
  const { faults } = await found(t, saka)
  t.match(faults, [
    { kind: 'unlinked', position: 5, eventId: saka.ids[6] },
    { kind: 'rewritten', position: 5, until: 8 },
    { kind: 'truncated', position: 11, until: 12 },
  ])
})

t.test('an event that was inserted under an earlier moment is found', async (t) => {
  const saka = await sealedTrail(t)
  const id = '018a8300-0000-7000-8000-000000000000'
  await tamper(
    saka.deps,
    `INSERT INTO audit_events SELECT '${id}', at, actor_kind, actor_id, action, 'forged', change, request_id, mark FROM audit_events WHERE id = '${saka.ids[1]}'`,
  )
  const { faults } = await found(t, saka)
  t.match(faults, [
    { kind: 'foreign', position: 13, eventId: id },
    { kind: 'backdated', position: 13, eventId: id },
  ])
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

t.test('an event that was inserted with a seal between others is found', async (t) => {
  const saka = await sealedTrail(t)
  const id = '018a8300-0000-7000-8000-000000000000'
  const moveDown = Array.from(
    { length: 7 },
    (_, i) => `UPDATE audit_seals SET position = ${13 - i} WHERE position = ${12 - i}`,
  )
  await tamper(
    saka.deps,
    `INSERT INTO audit_events SELECT '${id}', at, actor_kind, actor_id, action, 'forged', change, request_id, mark FROM audit_events WHERE id = '${saka.ids[5]}'`,
    ...moveDown,
    `INSERT INTO audit_seals SELECT 6, '${id}', leaf, hash FROM audit_seals WHERE position = 7`,
  )
  const { faults } = await found(t, saka)
  t.match(faults[0], { kind: 'changed', position: 6, eventId: id })
  t.match(faults[1], { kind: 'unlinked', position: 7 })
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

t.test('a trail that was cut off is found, with its checkpoints and without', async (t) => {
  const saka = await sealedTrail(t)
  const tail = `'${saka.ids.slice(9).join("', '")}'`
  await tamper(
    saka.deps,
    'DELETE FROM audit_seals WHERE position > 9',
    `DELETE FROM audit_events WHERE id IN (${tail})`,
  )
  t.match((await found(t, saka)).firstBroken, { kind: 'truncated', position: 10, until: 12 })

  await tamper(saka.deps, 'DELETE FROM audit_checkpoints WHERE size > 8', 'DELETE FROM audit_seals WHERE position > 8')
  await recordEvents(saka.deps, 5)
  const { firstBroken } = await found(t, saka)
  t.match(firstBroken, { kind: 'rewritten', position: 9, until: 12 }, 'also where new events took the places')
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

for (const [what, statement, kind] of [
  ['removed', 'DELETE FROM audit_checkpoints WHERE size = 8', 'checkpoint_missing'],
  ['given another time', `UPDATE audit_checkpoints SET at = '2023-09-11T07:59:00.000Z' WHERE size = 8`, 'forged'],
  [
    'signed with another key',
    `UPDATE audit_checkpoints SET public_key = '${'ab'.repeat(32)}' WHERE size = 8`,
    'forged',
  ],
] as const) {
  t.test(`a checkpoint that was ${what} is found`, async (t) => {
    const saka = await sealedTrail(t)
    await tamper(saka.deps, statement)
    t.equal((await found(t, saka)).firstBroken.kind, kind)
  })
}
