import fc from 'fast-check'
import t from 'tap'
import { plusMilliseconds } from '../../src/shared/time.ts'
import { openCampaign } from '../support/campaign.ts'
import { askOf, invariantsHold } from '../support/invariants.ts'
import { runs } from '../support/long.ts'
import type { Answer } from '../support/saka.ts'
import { runStatements } from '../support/sql.ts'
import { randomRequests, randomStep } from './random-commands.ts'

/** What a run may find only if an invariant were broken. */
const broken = ['ledger_mismatch', 'shipment_mismatch', 'handout_mismatch', 'allocation_mismatch', 'event_missing']

/** Commands that come more often than the others. */
const often = [
  'receive',
  'enroll',
  'enroll',
  'allocate',
  'confirm',
  'plan',
  'dispatch',
  'deliver',
  'issue',
  'scan',
  'scan',
]
const step = fc.record({ step: randomStep, twice: fc.boolean(), together: fc.boolean() })

t.test('whatever happens in whatever order, the nine invariants hold', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      await t.test('a random day', async (t) => {
        const day = await openCampaign(t, { schools: 3 })
        const draw = randomRequests(day, { often })
        const seen: string[] = []
        for (const { step, twice, together } of steps) {
          const { command, request } = await draw(step)
          if (!request) continue
          const key = { 'idempotency-key': `step-${seen.length}` }
          const first = day.api.post(request.path, request.body, key)
          const other = together ? day.api.post(request.path, request.body) : undefined
          const answer: Answer = await first
          const others = [await other].filter((one) => one !== undefined)
          seen.push(`${command} ${answer.status} ${answer.json?.code ?? ''}`)
          for (const one of [answer, ...others]) {
            if (one.status >= 500 || one.status === 400) t.fail(`${command} answered ${one.status}: ${one.text}`)
          }
          if (twice) {
            const again = await day.api.post(request.path, request.body, key)
            t.same([again.status, again.json], [answer.status, answer.json], `5: ${command} again answers the same`)
          }
          day.clock.set(plusMilliseconds(day.clock.now(), 45_000))
        }
        const ask = askOf(day.deps)
        await invariantsHold(t, ask)
        const run = await day.api.made(`/campaigns/${day.campaign.id}/reconciliations`)
        t.same(
          run.discrepancies.filter((one: any) => broken.includes(one.code)),
          [],
          'reconciliation agrees',
        )
        const told = JSON.stringify([
          await ask('select change from audit_events'),
          await ask('select facts, raw from scans'),
        ])
        t.notMatch(told, /Μυστικόπουλος/, '9: no name is where it is not needed')
        if (!t.passing()) t.comment(seen.join('\n'))
      })
      if (!t.passing()) throw new Error('an invariant is broken')
    }),
    { numRuns: Number(process.env.INVARIANT_RUNS ?? runs(4, 24)), endOnFailure: true },
  )
})

t.test('what happened can never be changed, not even in the database', async (t) => {
  const { api, deps, receive, school, campaign } = await openCampaign(t)
  await receive(3)
  await api.post('/redemptions', { code: 'not a code', schoolId: school.id, scanId: 'one', campaignId: campaign.id })
  for (const table of ['movements', 'audit_events', 'scans']) {
    for (const change of [`update ${table} set id = id`, `delete from ${table}`]) {
      const changed = runStatements(deps, change)
      await t.rejects(changed, { cause: { message: /are never/ } }, change)
    }
  }
})
