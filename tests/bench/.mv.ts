import { mkdtempSync } from 'node:fs'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config.ts'
import { issueVouchers } from './redeem-contestant.ts'
import { newSecret } from '../../src/identity/secrets.ts'
const variants: Record<string, string[]> = {
  base: [],
  nofk: ['pragma foreign_keys=off'],
  notrigger: ['drop trigger movements_move_balances'],
  triggerUpdatesOnly: ['drop trigger movements_move_balances', `CREATE TRIGGER movements_move_balances AFTER INSERT ON movements BEGIN
  UPDATE balances SET on_hand = on_hand - NEW.quantity WHERE location_id = NEW.from_location_id AND kit_id = NEW.kit_id;
  UPDATE balances SET on_hand = on_hand + NEW.quantity WHERE location_id = NEW.to_location_id AND kit_id = NEW.kit_id; END`],
  noidx: ['drop index movements_from', 'drop index movements_to', 'drop index movements_cause'],
  all: ['pragma foreign_keys=off', 'drop trigger movements_move_balances', 'drop index movements_from', 'drop index movements_to', 'drop index movements_cause'],
}
const now = '2023-09-11T06:30:00.000Z'
for (const [name, sqls] of Object.entries(variants)) {
  const folder = mkdtempSync('/tmp/mic-')
  const config = readConfig({ DATABASE_URL: `file:${folder}/s.db`, BASE_URL: 'https://saka.example.org', LOG_LEVEL: 'warn' })
  const deps = await openDeps(config, { clock: { now: () => now } })
  await issueVouchers(deps, newSecret('key'), 1000)
  await deps.db.transact(async (tx) => {})
  await deps.db.transact(async (tx) => {
    const c = (tx.q as any).$client
    const schools = c.prepare('select location_id l from schools').all().map((x: any) => x.l)
    const kit = c.prepare('select id from kits').get().id, camp = c.prepare('select id from campaigns').get().id
    ;(deps as any).go = () => {
      for (const s of sqls) c.exec(s)
      const ins = c.prepare('insert into movements(id, kit_id, from_location_id, to_location_id, quantity, kind, cause_type, cause_id, campaign_id, actor_id, occurred_at, recorded_at) values (?,?,?,?,?,?,?,?,?,?,?,?)')
      const rows = Array.from({ length: 10000 }, (_, i) => [deps.newId(), kit, schools[i * 7 % schools.length], '00000000-0000-7000-8000-000000000003', 1, 'handout', 'redemption', deps.newId(), camp, 'x'.repeat(36), now, now])
      const t: number[] = []
      for (let g = 0; g < 200; g++) { c.exec('begin'); const u = process.cpuUsage(); const s = performance.now(); for (let i = g * 50; i < g * 50 + 50; i++) ins.run(rows[i]); t.push((performance.now() - s) * 20); c.exec('commit') }
      t.sort((a, b) => a - b); console.log(name, 'us p25', t[50]!.toFixed(1), 'p50', t[100]!.toFixed(1))
    }
  })
  ;(deps as any).go()
}
