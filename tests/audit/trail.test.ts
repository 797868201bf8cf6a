import t from 'tap'
import { sealTrailJob } from '../../jobs/seal-trail.ts'
import { leafOf } from '../../src/audit/sealing/chain.ts'
import { verifyConsistency, verifyInclusion } from '../../src/audit/sealing/merkle.ts'
import { sharedVerification } from '../../src/audit/verification/use-cases.ts'
import { systemActor } from '../../src/identity/rules.ts'
import { openCampaign } from '../support/campaign.ts'
import { startSaka } from '../support/saka.ts'
import { recordEvents, verifyOffline } from '../support/trail.ts'

const bytes = (hex: string) => Buffer.from(hex, 'hex')
const head = ({ size, root }: any) => ({ size, root: bytes(root) })

t.test('the trail of a campaign is intact, for the service and for who trusts nobody', async (t) => {
  const { api, as } = await openCampaign(t)
  const auditor = await as({ role: 'auditor' })
  const { json } = await auditor.get('/audit/verification')
  t.match(json, { intact: true, events: 7, checkpoints: 1, covered: 7, firstBroken: null, faults: [], faultCount: 0 })
  const exported = await auditor.get('/audit/export')
  t.match(exported.headers['content-type'], /^application\/x-ndjson/)
  const checkpoints = (await api.get('/audit/checkpoints')).json.items
  t.same(
    checkpoints.map(({ size }: any) => size),
    [8, 7],
    'the export is an event of its own',
  )
  const kept = checkpoints.map((checkpoint: any) => `${JSON.stringify(checkpoint)}\n`).join('')
  const verdict = await verifyOffline(t, exported.text, { key: checkpoints[0].publicKey, checkpoints: kept })
  t.same(verdict, {
    code: 0,
    err: '',
    out:
      'The trail is intact: 8 entries, 2 checkpoints.\n' +
      'Signatures were compared with the key that you gave.\n' +
      '2 of 2 checkpoints kept elsewhere agree.\n',
  })
})

t.test('an export is an event, and is in itself', async (t) => {
  const { api, deps } = await startSaka(t)
  await recordEvents(deps, 3)
  const lines = (await api.get('/audit/export')).text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.same(
    lines.map(({ kind }) => kind),
    ['trail', 'entry', 'entry', 'entry', 'entry', 'checkpoint', 'end'],
  )
  const { id } = (await api.get('/me')).json
  t.match(lines[4], { position: 4, event: { action: 'trail.exported', actorId: id } })
  t.match(lines.at(-1), { entries: 4 })
})

t.test('every event is proven to be in the trail, and every checkpoint to continue the one before', async (t) => {
  const { api, deps } = await startSaka(t)
  for (const count of [1, 6, 250, 300, 1]) {
    await recordEvents(deps, count)
    await sealTrailJob.run(deps)
  }
  const checkpoints = (await api.get('/audit/checkpoints')).json.items.reverse()
  t.same(
    checkpoints.map(({ size }: any) => size),
    [1, 7, 257, 557, 558],
  )
  const events = (await api.get('/audit/events?limit=500')).json.items
  for (const event of [...events.slice(0, 3), ...events.slice(240, 260), ...events.slice(-3)]) {
    const { position, leaf, path, checkpoint } = (await api.get(`/audit/events/${event.id}/proof`)).json
    t.equal(leaf, leafOf(event).toString('hex'), 'the leaf is that of the event as it is read')
    const { size, root } = head(checkpoint)
    t.ok(verifyInclusion(bytes(leaf), position - 1, size, path.map(bytes), root), `entry ${position}`)
    t.ok(path.length <= 10)
  }
  for (const [i, first] of checkpoints.entries()) {
    for (const second of checkpoints.slice(i)) {
      const { status, json } = await api.get(`/audit/checkpoints/${second.size}/consistency?from=${first.size}`)
      t.equal(status, 200)
      t.same([json.from, json.to], [first, second])
      t.ok(verifyConsistency(head(first), head(second), json.path.map(bytes)), `${first.size} to ${second.size}`)
    }
  }
  t.match((await api.get('/audit/checkpoints/257/consistency')).json, { from: { size: 7 } }, 'from the one before')
})

t.test('what is not there cannot be proven, and an event is sealed the moment its proof is asked for', async (t) => {
  const { api, deps } = await startSaka(t)
  await recordEvents(deps, 2)
  const nowhere = '01890a5d-ac96-774b-bcce-b302099a8057'
  t.match(await api.get(`/audit/events/${nowhere}/proof`), { status: 404, json: { code: 'not_found' } })
  for (const path of ['2/consistency', '3/consistency?from=2', '2/consistency?from=1'])
    t.equal((await api.get(`/audit/checkpoints/${path}`)).status, 404, path)
  t.equal((await api.get('/audit/checkpoints/none/consistency')).status, 400)
  const [id] = await recordEvents(deps, 1)
  t.match((await api.get(`/audit/events/${id}/proof`)).json, { position: 3, checkpoint: { size: 3 } })
})

t.test('an empty trail is intact and has no checkpoint; those of others come as a page, and as CSV', async (t) => {
  const { api, deps } = await startSaka(t)
  t.same(await sealTrailJob.run(deps), { sealed: 0, copied: 0 })
  t.match((await api.get('/audit/verification')).json, { intact: true, events: 0, checkpoints: 0 })
  for (let i = 0; i < 3; i++) {
    await recordEvents(deps, 1)
    await sealTrailJob.run(deps)
  }
  const first = (await api.get('/audit/checkpoints?limit=2')).json
  const rest = (await api.get(`/audit/checkpoints?limit=2&cursor=${first.nextCursor}`)).json
  t.same(
    [...first.items, ...rest.items].map(({ size }: any) => size),
    [3, 2, 1],
  )
  t.equal((await api.get('/audit/checkpoints', { accept: 'text/csv' })).text.trimEnd().split('\n').length, 4)
})

t.test('of five who verify at once one begins, and the others share what is read after they asked', async (t) => {
  const { deps } = await startSaka(t)
  await recordEvents(deps, 600)
  let readings = 0
  const config = {
    ...deps.config,
    get auditFormerKeys() {
      readings++
      return []
    },
  }
  const verify = sharedVerification()
  const ask = () => verify({ ...deps, config }, systemActor)
  const first = ask()
  while (readings === 0) await new Promise(setImmediate)
  await recordEvents(deps, 1)
  const others = Promise.all([ask(), ask(), ask(), ask()])
  await t.rejects(verify(deps, undefined), { code: 'not_signed_in' }, 'who may not learns nothing by sharing')
  t.match(await first, { intact: true, events: 600 })
  for (const answer of await others) t.match(answer, { intact: true, events: 601 })
  t.equal(readings, 2)
  t.match(await ask(), { intact: true, events: 601 })
  t.equal(readings, 3, 'nothing is kept')
})
