import { asc, inArray } from 'drizzle-orm'
import pg from 'pg'
import t, { type Test } from 'tap'
import type { Actor } from '../../src/identity/rules.ts'
import { Problem } from '../../src/kernel/problem.ts'
import { type OpenDeps, openDeps } from '../../src/open-deps.ts'
import { virtualLocations } from '../../src/places/rules.ts'
import type { Scan } from '../../src/redemption/scan.ts'
import { redeemVoucher } from '../../src/redemption/use-cases.ts'
import type { Tx } from '../../src/schema.ts'
import { openCampaign } from '../support/campaign.ts'
import { enrollChildren } from '../support/children.ts'
import { databaseOf, postgresAlone } from '../support/engine.ts'
import { askOf, invariantsHold } from '../support/invariants.ts'
import { roundTrips } from '../support/round-trips.ts'
import { runStatements } from '../support/sql.ts'
import { until } from '../support/until.ts'

const desk: Actor = { kind: 'user', id: 'desk', name: 'Άννα', roles: [{ role: 'admin' }] }
const { skip } = postgresAlone('SQLite has no journeys to its server, and groups of its own')

/** A campaign with `count` vouchers, and what scans them without the witness of the tests in between. */
async function yard(t: Test, count: number) {
  const saka = await openCampaign(t)
  const { api, deps, school, campaign } = saka
  await enrollChildren(deps, { campaignId: campaign.id, schoolId: school.id, count })
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const ask = askOf(deps)
  const codes = (await ask('select code from vouchers order by id')).map(({ code }) => String(code))
  let scans = 0
  const scan = (code: string, more: Partial<Scan> = {}, by: OpenDeps = deps) =>
    redeemVoucher(by, desk, {
      scanId: `scan-${++scans}`,
      schoolId: school.id,
      text: code,
      collectedBy: 'guardian',
      handedOut: false,
      ...more,
    })
  /** What became of scans: each result, or the code of the problem, and how often. */
  const told = async (made: Promise<{ scan: { result: string } }>[]) => {
    const counts: Record<string, number> = {}
    for (const one of await Promise.allSettled(made)) {
      const what = one.status === 'fulfilled' ? one.value.scan.result : codeOf(one.reason)
      counts[what] = (counts[what] ?? 0) + 1
    }
    return counts
  }
  return { ...saka, ask, codes, scan, told }
}

const codeOf = (error: unknown) => (error instanceof Problem ? error.code : String(error))

/** Has `deps` read the vouchers of a school ahead, as two hand-outs would. */
async function readAhead({ vouchersAhead }: OpenDeps, { id }: { id: string }, campaign: { id: string }) {
  await vouchersAhead!.handedOut(id, campaign.id)
  await vouchersAhead!.handedOut(id, campaign.id)
}

/** A settled transaction: one that goes with others. */
const settled = <Result>({ db }: OpenDeps, work: (tx: Tx) => Promise<Result>) =>
  db.transact(work, undefined, { settled: true })

t.test('a scan makes one journey to the database, and scans at once make it together', { skip }, async (t) => {
  const { scan, codes, told, ask, deps, school, campaign } = await yard(t, 50)
  const withoutAhead = { ...deps, vouchersAhead: undefined }
  await scan(codes.pop()!, {}, withoutAhead)
  const first = () => scan(codes.pop()!, {}, withoutAhead)
  t.equal(await roundTrips(first), 2, 'the first of a school asks, and then says all of it with the commit')
  await readAhead(deps, school, campaign)
  t.equal(await roundTrips(() => scan(codes.pop()!)), 1, 'the next says all of it at once')
  let counts = {}
  const trips = await roundTrips(async () => {
    counts = await told(codes.splice(-40).map((code) => scan(code)))
  })
  t.same(counts, { accepted: 40 })
  t.equal(trips, 1, 'a fortieth for each')
  await invariantsHold(t, ask)
})

t.test('once two hand-outs tell of a queue its vouchers are known ahead, each for one scan', { skip }, async (t) => {
  const { scan, codes, deps, school, campaign } = await yard(t, 3)
  const [first, second, third] = codes as [string, string, string]
  const { handedOut, take } = deps.vouchersAhead!
  await handedOut(school.id, campaign.id)
  t.equal(take(second), undefined, 'one is no queue')
  await scan(first)
  await until('the second is known', () => take(second))
  t.equal(take(first), undefined, 'what was handed out is not')
  t.equal(take(second), undefined, 'nor what was taken')
  t.match(take(third), { voucher: { code: third, status: 'issued' } })
})

t.test('what has changed since it was read ahead is judged and shown as it is', { skip }, async (t) => {
  const saka = await yard(t, 6)
  const { api, ask, scan, clock, deps, school, schools, campaign } = saka
  const issued = await ask("select id, code, enrollment_id from vouchers where status = 'issued' order by id")
  const [used, revoked, withdrawn, moved, renamed, last] = issued as {
    id: string
    code: string
    enrollment_id: string
  }[]
  const stale = await openDeps(deps.config, { clock: deps.clock, log: deps.log })
  t.teardown(() => stale.close())
  await readAhead(stale, school, campaign)
  const scanned = async ({ code }: { code: string }) => (await scan(code, {}, stale)).scan.result

  await scan(used!.code, {}, { ...deps, vouchersAhead: undefined })
  t.equal(await scanned(used!), 'already_redeemed', 'by another process')
  await api.made(`/vouchers/${revoked!.id}/revoke`, { reason: 'lost' })
  t.equal(await scanned(revoked!), 'revoked')
  await api.made(`/enrollments/${withdrawn!.enrollment_id}/withdraw`, { reason: 'moved away' })
  t.equal(await scanned(withdrawn!), 'enrollment_inactive')
  await api.made(`/enrollments/${moved!.enrollment_id}/transfer`, { schoolId: schools[1].id })
  t.equal(await scanned(moved!), 'revoked', 'the child has another school')
  await api.patch(`/enrollments/${renamed!.enrollment_id}`, { familyName: 'Νέου' })
  t.match(await scan(renamed!.code, {}, stale), {
    scan: { result: 'accepted' },
    known: { enrollment: { familyName: 'Νέου' } },
  })
  await api.patch(`/campaigns/${campaign.id}`, { pickupUntil: '2023-09-11', pickupFrom: '2023-09-10' })
  clock.set('2023-09-12T06:30:00.000Z')
  t.equal(await scanned(last!), 'outside_window', 'the pickup is over earlier')
  await invariantsHold(t, ask)
})

t.test('an attempt that is known is known too where its voucher was read ahead', { skip }, async (t) => {
  const { ask, scan, codes, clock, deps, school, campaign } = await yard(t, 3)
  const [handedOut, early, other] = codes as [string, string, string]
  await scan(handedOut, { scanId: 'used' })
  clock.set('2023-09-10T06:30:00.000Z')
  await scan(early, { scanId: 'early' })
  clock.set('2023-09-11T06:30:00.000Z')
  const stale = await openDeps(deps.config, { clock: deps.clock, log: deps.log })
  t.teardown(() => stale.close())
  await readAhead(stale, school, campaign)
  await t.rejects(scan(other, { scanId: 'used' }, stale), { code: 'idempotency_key_reused' })
  const again = await scan(early, { scanId: 'early' }, stale)
  t.equal(again.scan.result, 'outside_window', 'it is answered what it was')
  t.match(await scan(handedOut, { scanId: 'used' }, stale), { scan: { result: 'accepted' } })
  t.same(await ask('select count(*) as n from redemptions'), [{ n: 1 }])
  await invariantsHold(t, ask)
})

t.test('who is answered is stored, also in company', { skip }, async (t) => {
  const { scan, codes, deps } = await yard(t, 30)
  const { q, t: tables } = deps.db.read
  const found = await Promise.all(
    codes.map(async (code) => {
      const { scan: made } = await scan(code)
      return (
        await q
          .select()
          .from(tables.scans)
          .where(inArray(tables.scans.id, [made.id]))
      ).length
    }),
  )
  t.same([...new Set(found)], [1])
})

t.test('one that fails in company fails alone, and the others are stored once', { skip }, async (t) => {
  const { scan, codes, deps, told, ask } = await yard(t, 21)
  await scan(codes.pop()!, { scanId: 'known' })
  const { newId } = deps
  const mailing = (tx: Tx, id: string) =>
    tx.q.insert(tx.t.auditMailings).values({ id, at: '2023-09-11T06:30:00.000Z', size: 1, sent: true })
  const twice = newId()
  const others = [
    scan(codes[0]!, { scanId: 'known' }).catch(codeOf),
    settled(deps, async (tx) => {
      await mailing(tx, newId())
      throw new Error('changed its mind')
    }).catch((error: Error) => error.message),
    settled(deps, async (tx) => {
      await mailing(tx, twice)
      await mailing(tx, twice)
    }).catch(() => 'refused'),
    settled(deps, (tx) => tx.attempt(async () => 'has a transaction of its own')),
  ]
  const counts = await told(codes.map((code) => scan(code)))
  t.same(counts, { accepted: 20 })
  t.same(await Promise.all(others), [
    'idempotency_key_reused',
    'changed its mind',
    'refused',
    'has a transaction of its own',
  ])
  t.same(await ask('select count(*) as n from audit_mailings'), [{ n: 0 }], 'what was thrown for is undone')
  t.same(await ask('select count(*) as n from redemptions'), [{ n: 21 }])
  await invariantsHold(t, ask)
})

t.test('of fifty scans of one voucher in company one wins, and no group fails for it', { skip }, async (t) => {
  const { scan, codes, told, ask } = await yard(t, 1)
  await told([scan('not a code')])
  const trips = await roundTrips(async () => {
    t.same(await told(Array.from({ length: 50 }, () => scan(codes[0]!))), { accepted: 1, already_redeemed: 49 })
  })
  t.ok(trips < 25, `${trips} journeys: one group hands out, the next refuses`)
  await invariantsHold(t, ask)
})

t.test('one scan that is sent twenty times in company is one', { skip }, async (t) => {
  const { scan, codes, told, ask } = await yard(t, 2)
  const again = () => scan(codes[0]!, { scanId: 'again' })
  t.same(await told(Array.from({ length: 20 }, again)), { accepted: 20 })
  const refused = () => scan('HELLO', { scanId: 'refused' })
  t.same(await told(Array.from({ length: 20 }, refused)), { not_a_voucher: 20 })
  t.same(await ask('select scan_id from scans order by scan_id'), [{ scan_id: 'again' }, { scan_id: 'refused' }])
  await invariantsHold(t, ask)
})

t.test('two processes that scan the same vouchers in opposite order do not stop each other', { skip }, async (t) => {
  const { scan, codes, told, ask, deps } = await yard(t, 40)
  const other = await openDeps(deps.config, { clock: deps.clock, log: deps.log })
  t.teardown(() => other.close())
  const counts = await told([
    ...codes.map((code) => scan(code)),
    ...codes.toReversed().map((code) => scan(code, {}, other)),
  ])
  t.same(counts, { accepted: 40, already_redeemed: 40 })
  const same = [deps, other].flatMap((by) => Array.from({ length: 25 }, () => scan('HELLO', { scanId: 'both' }, by)))
  t.same(await told(same), { not_a_voucher: 50 })
  t.same(await ask('select deadlocks from pg_stat_database where datname = current_database()'), [{ deadlocks: 0 }])
  await invariantsHold(t, ask)
})

/** A client that holds the balances of one kit at a place until it is let go, and can tell whether others are free. */
async function holdBalance(t: Test, deps: OpenDeps, locationId: string, kitId: string) {
  const connect = async () => {
    const client = new pg.Client(databaseOf(deps).DATABASE_URL)
    await client.connect()
    t.teardown(() => client.end())
    return client
  }
  const [holder, passerBy] = [await connect(), await connect()]
  const lock = 'SELECT 1 FROM balances WHERE location_id = $1 AND kit_id = $2 FOR UPDATE'
  await holder.query('BEGIN')
  await holder.query(lock, [locationId, kitId])
  return {
    letGo: () => holder.query('ROLLBACK'),
    untilSomebodyWaits: () =>
      until('somebody waits', async () => {
        const { rows } = await passerBy.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
        return rows.length > 0
      }),
    isFree: (other: string, ofKit: string) =>
      passerBy.query(`${lock} NOWAIT`, [other, ofKit]).then(
        ({ rows }) => rows.length === 1,
        () => false,
      ),
  }
}

t.test('who waits for the balance of what is handed out holds no yard', { skip }, async (t) => {
  const { scan, codes, ask, deps, school, kit } = await yard(t, 4)
  await scan(codes.pop()!)
  // However the server goes about it. Where it knows that rows are few it takes them as they lie: what was written last lies behind.
  for (const behind of [school.locationId, virtualLocations.handed_out]) {
    await runStatements(
      deps,
      `UPDATE balances SET on_hand = on_hand WHERE location_id = '${behind}'`,
      'ANALYZE balances',
    )
    const held = await holdBalance(t, deps, virtualLocations.handed_out, kit.id)
    const waiting = scan(codes.pop()!)
    await held.untilSomebodyWaits()
    t.ok(await held.isFree(school.locationId, kit.id))
    await held.letGo()
    t.match(await waiting, { scan: { result: 'accepted' } })
  }
  await invariantsHold(t, ask)
})

t.test('a group hands out one kit after the other, in the order of all groups', { skip }, async (t) => {
  const { api, scan, codes, ask, deps, school, kit, community } = await yard(t, 0)
  const { id: later } = await api.made('/kits', {
    name: 'Σετ Β΄',
    items: [{ name: 'Σακίδιο', quantity: 1, unitCostCents: 9000 }],
  })
  t.same(codes, [])
  const first = { kitId: kit.id, name: 'Α΄' }
  const second = { kitId: later, name: 'Β΄' }
  // The voucher of the later kit is the older one.
  for (const { kitId, name } of [second, first]) {
    const campaign = await api.made('/campaigns', {
      name,
      year: 2023,
      kitId,
      communityIds: [community.id],
      targetQuantity: 100,
      budgetCents: 18_000_000,
      pickupFrom: '2023-09-11',
      pickupUntil: '2023-09-29',
    })
    await api.made(`/campaigns/${campaign.id}/open`)
    await enrollChildren(deps, { campaignId: campaign.id, schoolId: school.id, count: 2 })
    await api.made(`/campaigns/${campaign.id}/vouchers`)
  }
  const [of2, more2, of1, more1] = (await ask('select code from vouchers order by id')).map(({ code }) => String(code))
  await Promise.all([scan(of1!), scan(of2!)])
  const held = await holdBalance(t, deps, virtualLocations.handed_out, kit.id)
  const waiting = Promise.all([scan(more2!), scan(more1!)])
  await held.untilSomebodyWaits()
  t.ok(await held.isFree(virtualLocations.handed_out, later))
  await held.letGo()
  t.match(await waiting, [{ scan: { result: 'accepted' } }, { scan: { result: 'accepted' } }])
  await invariantsHold(t, ask)
})

t.test('fifty scans of one voucher through two processes: one wins', { skip }, async (t) => {
  const { scan, codes, told, ask, deps } = await yard(t, 1)
  const other = await openDeps(deps.config, { clock: deps.clock, log: deps.log })
  t.teardown(() => other.close())
  const made = Array.from({ length: 50 }, (_, i) => scan(codes[0]!, {}, i % 2 ? other : deps))
  t.same(await told(made), { accepted: 1, already_redeemed: 49 })
  await invariantsHold(t, ask)
})

t.test('a voucher that is revoked between looking and handing out is refused', { skip }, async (t) => {
  const { scan, codes, told, ask, api, deps } = await yard(t, 5)
  const [{ id }] = (await ask('select id from vouchers order by id')) as [{ id: string }]
  const [, revoked] = await Promise.all([
    // Holds up the conclusion of the others until the voucher is gone.
    settled(deps, async (tx) => {
      await tx.q.select().from(tx.t.vouchers).orderBy(asc(tx.t.vouchers.id))
      await api.made(`/vouchers/${id}/revoke`, { reason: 'lost' })
    }),
    told(codes.map((code) => scan(code))),
  ])
  t.same(revoked, { accepted: 4, revoked: 1 })
  await invariantsHold(t, ask)
})

t.test('a connection that is lost in company leaves nothing half done', { skip }, async (t) => {
  const { scan, codes, told, ask, deps } = await yard(t, 20)
  const ten = codes.splice(0, 10)
  const lost = settled(deps, async ({ q }) => {
    const { $client } = q as unknown as { $client: pg.PoolClient }
    await $client.query('SELECT pg_terminate_backend(pg_backend_pid())')
  }).catch(codeOf)
  t.same(await told(ten.map((code) => scan(code))), { database_away: 10 })
  t.equal(await lost, 'database_away')
  t.same(await ask('select count(*) as n from scans'), [{ n: 0 }])
  t.same(await told(ten.map((code) => scan(code))), { accepted: 10 }, 'sent again they are made')

  await runStatements(
    deps,
    `CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$`,
    'CREATE CONSTRAINT TRIGGER lose AFTER INSERT ON scans DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lose()',
  )
  t.same(await told(codes.map((code) => scan(code, { scanId: code }))), { outcome_unknown: 10 }, 'at the commit')
  await runStatements(deps, 'DROP TRIGGER lose ON scans')
  t.same(await told(codes.map((code) => scan(code, { scanId: code }))), { accepted: 10 })
  t.same(await ask('select count(*) as n from redemptions'), [{ n: 20 }])
  await invariantsHold(t, ask)
})
