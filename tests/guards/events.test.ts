import t from 'tap'
import { recordEvent } from '../../src/audit/index.ts'
import { systemActor } from '../../src/identity/index.ts'
import { insertCommunity } from '../../src/places/repository.ts'
import { startSaka } from '../support/saka.ts'
import { sourceFiles, textOf } from '../support/sources.ts'
import { witnessed } from '../support/witness.ts'

t.test('a change without its event is undone by the witness that every test over HTTP has', async (t) => {
  const { deps, api } = await startSaka(t)
  const db = await witnessed(deps.db)
  const community = { id: deps.newId(), code: 'A', name: 'Α΄', nameLatin: null }
  const silent = db.transact((tx) => insertCommunity(tx, community))
  await t.rejects(silent, { message: 'communities changed without an event' })
  t.same((await api.get('/communities')).json.items, [])

  await db.transact(async (tx) => {
    await insertCommunity(tx, community)
    await recordEvent(deps, tx, systemActor, 'community.created', community.id)
  })
  t.match((await api.get('/communities')).json.items, [{ code: 'A' }])
})

t.test('every file that begins a transaction records an event in it, or calls one that does', (t) => {
  const sources = sourceFiles('src', 'jobs').filter((file) => !file.includes('/platform/'))
  const silent = sources.filter((file) => {
    const source = textOf(file)
    return /\.transact\(/.test(source) && !/\brecordEvents?\(/.test(source)
  })
  t.same(silent.sort(), quiet.sort())
  t.end()
})

/** Files whose transactions leave the event to what they call, or change nothing that an event is for. */
const quiet = [
  // Forgets what was answered to idempotency keys.
  'jobs/forget-answers.ts',
  // Notes when a key or a device was last used.
  'src/identity/sessions/authenticator.ts',
  // Its challenges are questions; `startSession` and `recordRefusal` record what comes of them.
  'src/identity/passkeys/sign-in.ts',
  // Seals events, which are there already.
  'src/audit/sealing/checkpoints.ts',
  'src/audit/sealing/use-cases.ts',
  'src/audit/sealing/tree.ts',
  // Works tasks off; what comes of one is its job's to record.
  'src/scheduler/tasks/use-cases.ts',
  // Passes other files' transactions on, with a span for each.
  'src/traced.ts',
  // `reconcile`, `closePickupWindow`, `openFindings` and `alertStaff` record.
  'src/reconciliation/closing/close-pickup-windows.ts',
  'src/reconciliation/nightly.ts',
  'src/reconciliation/stale-devices/use-cases.ts',
  'src/alerts/alert-troubled-jobs.ts',
]
