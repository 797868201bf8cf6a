// biome-ignore-all lint/suspicious/noExplicitAny: records are as the API answers them.
// Queries that PostgreSQL has to understand, and that no other file of its leg makes (tests/postgres-leg.ts).
import t from 'tap'
import {
  deleteSituations,
  findAlert,
  insertAlert,
  listActiveUsers,
  listSituations,
  markTold,
  putSituations,
} from '../../src/alerts/repository.ts'
import { findFirstAuthenticated } from '../../src/audit/sealing/repository.ts'
import { listCampaignsThatAre } from '../../src/campaigns/index.ts'
import { hasSecondFactor } from '../../src/identity/second-factors/repository.ts'
import { listDevicesInUse } from '../../src/reconciliation/repository.ts'
import { findLastDoneAt, insertRun, isCancelled, requestCancel, updateRun } from '../../src/scheduler/repository.ts'
import {
  cancelQueued,
  countTasks,
  hasDueTask,
  insertTask,
  leaseNextTask,
  leaseTask,
  markDispatched,
  undoDispatch,
  updateTask,
} from '../../src/scheduler/tasks/repository.ts'
import type { Tx } from '../../src/schema.ts'
import { openCampaign } from '../support/campaign.ts'
import { firstMorning, startSaka } from '../support/saka.ts'

const now = firstMorning
const later = '2023-09-11T06:31:00.000Z'

t.test('tasks are enqueued once, dispatched, begun and cancelled', async (t) => {
  const { deps } = await startSaka(t)
  const task = (id: string) => ({ id, job: 'sheep', payload: {}, status: 'queued' as const, runAt: now, attempts: 0 })
  const add = (tx: Tx, id: string) => insertTask(tx, { ...task(id), createdAt: now })
  await deps.db.transact(async (tx) => {
    t.same([await add(tx, 'a'), await add(tx, 'a'), await add(tx, 'b'), await add(tx, 'c')], [true, false, true, true])
    t.ok(await hasDueTask(tx, 'sheep', now))
    const dispatch = () => markDispatched(tx, 'sheep', { now: later, dispatchedBefore: now, limit: 2 })
    t.same([await dispatch(), await dispatch(), await dispatch()], [['a', 'b'], ['c'], []])
    await undoDispatch(tx, ['b'])
    t.same(await dispatch(), ['b'])
    t.match(await leaseTask(tx, 'b', now, later), { id: 'b', status: 'running', attempts: 1 })
    t.equal(await leaseTask(tx, 'b', now, later), undefined, 'somebody is doing it')
    await updateTask(tx, { id: 'b', attempts: 1 }, { status: 'done', leasedUntil: null, endedAt: later })
    t.match(await leaseNextTask(tx, 'sheep', now, later), { id: 'a' })
    t.equal(await cancelQueued(tx, 'sheep', later), 1)
    t.same(await countTasks(tx, 'sheep'), { done: 1, running: 1, cancelled: 1 })
    t.notOk(await hasDueTask(tx, 'sheep', now))
  })
})

t.test('a run is told to stop, and the last one that was done is found', async (t) => {
  const { deps } = await startSaka(t)
  const id = deps.newId()
  const run = {
    id,
    job: 'sheep',
    actorId: null,
    status: 'running' as const,
    startedAt: now,
    leasedUntil: later,
    figures: {},
  }
  await deps.db.transact(async (tx) => {
    t.ok(await insertRun(tx, run))
    t.notOk(await insertRun(tx, { ...run, id: deps.newId() }), 'one is active')
    t.notOk(await isCancelled(tx, id))
    t.equal(await requestCancel(tx, 'sheep', later), 1)
    t.ok(await isCancelled(tx, id))
    t.equal(await findLastDoneAt(tx, 'sheep'), null)
    await updateRun(tx, id, { status: 'done', endedAt: later })
    t.equal(await findLastDoneAt(tx, 'sheep'), now)
  })
})

t.test('situations are kept until they are over, and staff are told of them', async (t) => {
  const { deps, api } = await startSaka(t)
  const user = { email: 'maria@example.org', name: 'Μαρία', roles: [{ role: 'coordinator' }] }
  const { id } = await api.made('/users', user)
  await deps.db.transact(async (tx) => {
    t.match(await listActiveUsers(tx), [{ id, email: user.email, roles: user.roles }])
    t.notOk(await hasSecondFactor(tx, id))
    await putSituations(
      tx,
      'stock',
      [
        { matter: 'a', state: 'low' },
        { matter: 'b', state: 'low' },
      ],
      now,
    )
    await markTold(tx, 'stock', ['a', 'b'], now)
    await putSituations(tx, 'stock', [{ matter: 'a', state: 'out' }], later)
    await deleteSituations(tx, 'stock', ['b'])
    t.same(await listSituations(tx, 'stock'), [{ matter: 'a', state: 'out', since: later, told: false }])
    const alert = {
      id,
      topic: 'stock',
      role: 'coordinator' as const,
      subject: 'Απόθεμα',
      text: 'Τέλος',
      createdAt: now,
    }
    await insertAlert(tx, alert)
    t.same(await findAlert(tx, id), alert)
  })
})

t.test('a device in the yard of an open campaign', async (t) => {
  const { deps, api, device, school, campaign, warehouse, kit, receive, enroll } = await openCampaign(t)
  const head = await api.upload(`/campaigns/${campaign.id}/headcount-imports`, 'schoolCode;firstGraders\n9000001;2')
  t.match(head, { status: 200, json: { created: 2 } })
  await enroll(school.id, '7')
  const phone = await device(school.id)
  t.match(await phone.get('/scanner/roster'), { status: 200, json: { vouchers: [] } })
  t.match(await listDevicesInUse(deps.db.read), [{ schoolId: school.id, schoolName: school.name, pendingScans: 0 }])
  t.match(await listCampaignsThatAre(deps.db.read, ['open']), [{ id: campaign.id }])
  t.type(await findFirstAuthenticated(deps.db.read), 'string')

  const key = { 'idempotency-key': 'refused' }
  const user = (name: string) => ({ email: 'eleni@example.org', name, roles: [] })
  t.match(await phone.post('/users', user('Ελένη'), key), { status: 403 })
  t.match(await phone.post('/users', user('Νίκη'), key), { status: 403 }, 'that it may not is not kept')

  t.match(await api.get('//metrics'), { status: 200 })

  await receive(3)
  const run = await api.made(`/campaigns/${campaign.id}/allocations`, { policy: {} })
  await api.made(`/allocations/${run.id}/confirm`)
  const lines = [{ kitId: kit.id, counted: 1 }]
  const count = await api.made('/counts', { locationId: warehouse.id, countedAt: now, lines })
  await api.made(`/counts/${count.id}/post`, { releaseReserved: true })
  t.match(await api.get(`/allocations/${run.id}`), { json: { status: 'superseded' } })
})
