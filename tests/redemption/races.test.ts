import pg from 'pg'
import t, { type Test } from 'tap'
import type { Actor } from '../../src/identity/rules.ts'
import { type OpenDeps, openDeps } from '../../src/open-deps.ts'
import { virtualLocations } from '../../src/places/rules.ts'
import type { Scan } from '../../src/redemption/scan.ts'
import { redeemBatch, redeemVoucher } from '../../src/redemption/use-cases.ts'
import { Problem } from '../../src/shared/problem.ts'
import { campaignBody, openCampaign } from '../support/campaign.ts'
import { enrollChildren } from '../support/children.ts'
import { databaseOf, engine, postgresAlone } from '../support/engine.ts'
import { askOf, invariantsHold } from '../support/invariants.ts'
import { runStatements } from '../support/sql.ts'
import { until } from '../support/until.ts'

const desk: Actor = { kind: 'user', id: 'desk', name: 'Άννα', roles: [{ role: 'admin' }] }

const onPostgres = postgresAlone('SQLite has one writer, and no connection to lose')

/** A campaign with `count` vouchers, and what scans them without the witness of the tests in between. */
async function yard(t: Test, count: number) {
  const saka = await openCampaign(t)
  const { api, deps, school, campaign } = saka
  await enrollChildren(deps, { campaignId: campaign.id, schoolId: school.id, count })
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const ask = askOf(deps)
  const codes = (await ask('select code from vouchers order by id')).map(({ code }) => String(code))
  let scans = 0
  const scanOf = (code: string, more: Partial<Scan> = {}): Scan => ({
    scanId: `scan-${++scans}`,
    schoolId: school.id,
    text: code,
    collectedBy: 'guardian',
    handedOut: false,
    ...more,
  })
  const scan = (code: string, more: Partial<Scan> = {}, by: OpenDeps = deps) =>
    redeemVoucher(by, desk, scanOf(code, more))
  /** What became of scans: each result, or the code of the problem, and how often. */
  const told = async (made: Promise<{ scan: { result: string } }>[]) => {
    const counts: Record<string, number> = {}
    for (const one of await Promise.allSettled(made)) {
      const what = one.status === 'fulfilled' ? one.value.scan.result : codeOf(one.reason)
      counts[what] = (counts[what] ?? 0) + 1
    }
    return counts
  }
  /** Another process of the service on the same database. */
  const another = async () => {
    const other = await openDeps(deps.config, { clock: deps.clock, log: deps.log })
    t.teardown(() => other.close())
    return other
  }
  const noDeadlock = async () => {
    if (engine === 'sqlite') return
    t.same(await ask('select deadlocks from pg_stat_database where datname = current_database()'), [{ deadlocks: 0 }])
  }
  return { ...saka, ask, codes, scan, scanOf, told, another, noDeadlock }
}

const codeOf = (error: unknown) => (error instanceof Problem ? error.code : String(error))

t.test('of fifty scans of one voucher at once through two processes one hands out', async (t) => {
  const { scan, codes, told, ask, deps, another } = await yard(t, 1)
  const other = await another()
  const made = Array.from({ length: 50 }, (_, i) => scan(codes[0]!, {}, i % 2 ? other : deps))
  t.same(await told(made), { accepted: 1, already_redeemed: 49 })
  t.same(await ask('select count(*) as n from redemptions'), [{ n: 1 }])
  await invariantsHold(t, ask)
})

t.test('one scan that is sent twenty times at once is one', async (t) => {
  const { scan, codes, told, ask } = await yard(t, 2)
  const again = () => scan(codes[0]!, { scanId: 'again' })
  t.same(await told(Array.from({ length: 20 }, again)), { accepted: 20 })
  const refused = () => scan('HELLO', { scanId: 'refused' })
  t.same(await told(Array.from({ length: 20 }, refused)), { not_a_voucher: 20 })
  t.same(await ask('select scan_id from scans order by scan_id'), [{ scan_id: 'again' }, { scan_id: 'refused' }])
  await invariantsHold(t, ask)
})

t.test('two processes that scan the same vouchers in opposite order do not stop each other', async (t) => {
  const { scan, codes, told, ask, deps, another, noDeadlock } = await yard(t, 40)
  const other = await another()
  const counts = await told([
    ...codes.map((code) => scan(code)),
    ...codes.toReversed().map((code) => scan(code, {}, other)),
  ])
  t.same(counts, { accepted: 40, already_redeemed: 40 })
  const same = [deps, other].flatMap((by) => Array.from({ length: 25 }, () => scan('HELLO', { scanId: 'both' }, by)))
  t.same(await told(same), { not_a_voucher: 50 })
  await noDeadlock()
  await invariantsHold(t, ask)
})

t.test('scans of two kits at two schools cross and do not stop each other', async (t) => {
  const { api, scan, told, ask, deps, schools, community, another, noDeadlock } = await yard(t, 0)
  const other = await another()
  for (const name of ['Α΄', 'Β΄']) {
    const kit = await api.made('/kits', { name, items: [{ name: 'Σακίδιο', quantity: 1, unitCostCents: 9000 }] })
    const campaign = await api.made('/campaigns', campaignBody(kit.id, [community.id]))
    await api.made(`/campaigns/${campaign.id}/open`)
    for (const { id: schoolId } of schools.slice(0, 2))
      await enrollChildren(deps, { campaignId: campaign.id, schoolId, count: 15 })
    await api.made(`/campaigns/${campaign.id}/vouchers`)
  }
  const vouchers = await ask('select code, school_id from vouchers order by code')
  t.equal(vouchers.length, 60)
  const made = vouchers.map(({ code, school_id }, i) =>
    scan(String(code), { schoolId: String(school_id) }, i % 2 ? other : deps),
  )
  t.same(await told(made), { accepted: 60 })
  await noDeadlock()
  await invariantsHold(t, ask)
})

t.test('a batch and single scans of the same vouchers hand out each once', async (t) => {
  const { scan, scanOf, codes, told, ask, another } = await yard(t, 20)
  const batch = redeemBatch(
    await another(),
    desk,
    codes.map((code) => scanOf(code)),
  )
  const singly = await told(codes.toReversed().map((code) => scan(code)))
  const counts = await told(
    (await batch).map((one) => (one instanceof Problem ? Promise.reject(one) : Promise.resolve(one))),
  )
  t.equal((singly.accepted ?? 0) + (counts.accepted ?? 0), 20)
  t.equal((singly.already_redeemed ?? 0) + (counts.already_redeemed ?? 0), 20)
  t.same(await ask('select count(*) as n from redemptions'), [{ n: 20 }])
  await invariantsHold(t, ask)
})

/** A client beside the service, and how it waits until somebody waits for it. */
async function besides(t: Test, deps: OpenDeps) {
  const connect = async () => {
    const client = new pg.Client(databaseOf(deps).DATABASE_URL)
    await client.connect()
    t.teardown(() => client.end())
    return client
  }
  const [holder, passerBy] = [await connect(), await connect()]
  const untilSomebodyWaits = () =>
    until('somebody waits', async () => {
      const { rows } = await passerBy.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
      return rows.length > 0
    })
  return { holder, passerBy, untilSomebodyWaits }
}

t.test('who waits for the balance of what is handed out holds no yard', onPostgres, async (t) => {
  const { scan, codes, ask, deps, school, kit } = await yard(t, 4)
  await scan(codes.pop()!)
  const { holder, passerBy, untilSomebodyWaits } = await besides(t, deps)
  const lock = 'SELECT 1 FROM balances WHERE location_id = $1 AND kit_id = $2 FOR UPDATE'
  // However the server goes about it. Where it knows that rows are few it takes them as they lie: what was written last lies behind.
  for (const behind of [school.locationId, virtualLocations.handed_out]) {
    await runStatements(
      deps,
      `UPDATE balances SET on_hand = on_hand WHERE location_id = '${behind}'`,
      'ANALYZE balances',
    )
    await holder.query('BEGIN')
    await holder.query(lock, [virtualLocations.handed_out, kit.id])
    const waiting = scan(codes.pop()!)
    await untilSomebodyWaits()
    await t.resolves(passerBy.query(`${lock} NOWAIT`, [school.locationId, kit.id]))
    await holder.query('ROLLBACK')
    t.match(await waiting, { scan: { result: 'accepted' } })
  }
  await invariantsHold(t, ask)
})

t.test('a voucher that is revoked between looking and handing out is refused', onPostgres, async (t) => {
  const { scan, codes, ask, deps } = await yard(t, 1)
  const { holder, untilSomebodyWaits } = await besides(t, deps)
  await holder.query('BEGIN')
  await holder.query('SELECT 1 FROM vouchers WHERE code = $1 FOR UPDATE', codes)
  const waiting = scan(codes[0]!)
  await untilSomebodyWaits()
  await holder.query(
    "UPDATE vouchers SET status = 'revoked', ended_at = '2023-09-11T06:30:00.000Z', revocation_reason = 'lost' WHERE code = $1",
    codes,
  )
  await holder.query('COMMIT')
  t.match(await waiting, { scan: { result: 'revoked' } })
  t.same(await ask('select count(*) as n from redemptions'), [{ n: 0 }])
  await invariantsHold(t, ask)
})

t.test('a scan whose connection is lost is not half done, and says if it may be stored', onPostgres, async (t) => {
  const { scan, codes, told, ask, deps } = await yard(t, 10)
  const made = () => told(codes.map((code) => scan(code, { scanId: code })))
  await runStatements(
    deps,
    `CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$`,
    'CREATE TRIGGER lose AFTER INSERT ON scans FOR EACH ROW EXECUTE FUNCTION lose()',
  )
  t.same(await made(), { database_away: 10 })
  await runStatements(
    deps,
    'DROP TRIGGER lose ON scans',
    'CREATE CONSTRAINT TRIGGER lose AFTER INSERT ON scans DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lose()',
  )
  t.same(await made(), { outcome_unknown: 10 }, 'at the commit')
  await runStatements(deps, 'DROP TRIGGER lose ON scans')
  t.same(await ask('select count(*) as n from scans'), [{ n: 0 }])
  t.same(await made(), { accepted: 10 }, 'sent again they are made')
  await invariantsHold(t, ask)
})
