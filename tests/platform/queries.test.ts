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
import { findLastMailing, insertMailing } from '../../src/audit/sealing/checkpoint-repository.ts'
import { findFirstAuthenticated } from '../../src/audit/sealing/repository.ts'
import { listCampaignsThatAre } from '../../src/campaigns/index.ts'
import { hasSecondFactor } from '../../src/identity/second-factors/repository.ts'
import {
  changeStatus,
  findLastSent,
  findLastTold,
  giveUpWaiting,
  hasMessages,
  insertMessages,
  insertNamedVouchers,
  listChildrenTold,
  listNamedVouchers,
  replaceNamedVouchers,
} from '../../src/notifications/messages/repository.ts'
import { getPlan, replacePlan } from '../../src/notifications/plan/repository.ts'
import { findRecipientByToken, markRefused, putRecipients } from '../../src/notifications/recipients/repository.ts'
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

t.test('a guardian is told of a child, and of whom is remembered', async (t) => {
  const { deps, api, school, campaign, enroll } = await openCampaign(t)
  const child = await enroll(school.id, '7')
  const other = await enroll(school.id, '8')
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const vouchers = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json.items
  const voucherOf = ({ id }: any) => vouchers.find((one: any) => one.enrollmentId === id).id
  const campaignId = campaign.id
  const [recipientId, sent, waiting] = [deps.newId(), deps.newId(), deps.newId()]
  const message = {
    ...{ campaignId, recipientId, edition: 0, channel: 'email' as const, about: 'opening' as const, cause: null },
    ...{
      language: null,
      plannedAt: now,
      notAfter: later,
      sentAt: null,
      reference: null,
      toldFrom: null,
      toldUntil: null,
    },
  }
  await deps.db.transact(async (tx) => {
    const recipient = { id: recipientId, campaignId, key: 'k', stopToken: 's', createdAt: now }
    t.same(await putRecipients(tx, campaignId, [recipient]), new Map([['k', recipientId]]))
    t.same(await findRecipientByToken(tx, 's'), recipient)
    const messages = [
      { ...message, status: 'queued' as const, id: sent, step: 'opening', day: '2023-09-11' },
      { ...message, status: 'queued' as const, id: waiting, step: 'closing', day: '2023-09-12' },
    ]
    t.same(await insertMessages(tx, messages), new Set([sent, waiting]))
    t.ok(await hasMessages(tx, campaignId))
    await insertNamedVouchers(tx, [{ messageId: sent, voucherId: voucherOf(other) }])
    await replaceNamedVouchers(tx, sent, [voucherOf(child)])
    t.match(await listNamedVouchers(tx, sent), { length: 1 })
    t.same(await listChildrenTold(tx, recipientId), [child.id])
    t.ok(await changeStatus(tx, sent, 'sending', {}))
    t.ok(await changeStatus(tx, sent, 'sent', { sentAt: now }))
    t.match(await findLastTold(tx, recipientId), { id: sent })
    t.match(await findLastSent(tx, { campaignId, keys: ['k'], channel: 'email' }), { id: sent })
    t.equal(await giveUpWaiting(tx, campaignId, later), 1)
    await markRefused(tx, { campaignId, addressKey: 'k', refusal: 'bounced', at: now })
    const { version, ...plan } = await getPlan(tx, campaignId)
    t.ok(await replacePlan(tx, plan, version))
    t.notOk(await replacePlan(tx, plan, version), 'it is another now')
    const mailing = { id: deps.newId(), at: now, size: 1, sent: true }
    await insertMailing(tx, mailing)
    t.same(await findLastMailing(tx), mailing)
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

  const columns = ['Κωδικός', 'Σχολείο', 'Κοινότητα', 'Διεύθυνση'].join(';')
  const file = `${columns}\n9000009;9ο Δημοτικό Σχολείο Πειραιά;A;Κολοκοτρώνη 60`
  t.match(await api.upload('/school-imports', file), { status: 200, json: { created: 1 } })
  const renamed = await api.patch(`/schools/${school.id}`, { name: '1ο ΔΣ' }, { 'if-match': '"1"' })
  t.match(renamed, { status: 200, json: { name: '1ο ΔΣ' } })
  t.match(await phone.post('/devices/me/heartbeat', { appVersion: '1', pendingScans: 2 }), { status: 204 })
  const list = await api.get(`/campaigns/${campaign.id}/enrollments`, { accept: 'application/x-ndjson' })
  t.equal(list.text.trim().split('\n').length, 3)

  const key = { 'idempotency-key': 'refused' }
  const user = (name: string) => ({ email: 'eleni@example.org', name, roles: [] })
  t.match(await phone.post('/users', user('Ελένη'), key), { status: 403 })
  t.match(await phone.post('/users', user('Νίκη'), key), { status: 403 }, 'that it may not is not kept')

  t.match(await api.get('//metrics'), { status: 200 })

  await receive(3)
  const [receipt] = (await api.get('/movements?kind=receipt')).json.items
  await api.made(`/movements/${receipt.id}/reverse`, { reason: 'typed twice' })
  await receive(3)
  const run = await api.made(`/campaigns/${campaign.id}/allocations`, { policy: {} })
  await api.made(`/allocations/${run.id}/confirm`)
  const lines = [{ kitId: kit.id, counted: 1 }]
  const count = await api.made('/counts', { locationId: warehouse.id, countedAt: now, lines })
  await api.made(`/counts/${count.id}/post`, { releaseReserved: true })
  t.match(await api.get(`/allocations/${run.id}`), { json: { status: 'superseded' } })
})
