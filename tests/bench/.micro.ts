import { mkdtempSync } from 'node:fs'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config.ts'
import { issueVouchers } from './redeem-contestant.ts'
import { makeScan } from '../../src/redemption/scan.ts'
import { systemActor } from '../../src/identity/rules.ts'
import { newSecret } from '../../src/identity/secrets.ts'
const folder = mkdtempSync('/tmp/mic-')
const now = '2023-09-11T06:30:00.000Z'
const config = readConfig({ DATABASE_URL: `file:${folder}/s.db`, BASE_URL: 'https://saka.example.org', LOG_LEVEL: 'warn' })
const deps = await openDeps(config, { clock: { now: () => now } })
const bodies = (await issueVouchers(deps, newSecret('key'), 20000)).map((x: string) => JSON.parse(x))
const scan = (b: any) => ({ scanId: b.scanId, schoolId: b.schoolId, text: b.payload, scannedAt: b.scannedAt, collectedBy: 'guardian' as const, handedOut: false })
for (const mode of ['one', 'each', 'one', 'each']) {
  const part = bodies.splice(0, 5000)
  const c = process.cpuUsage(); const s = performance.now()
  for (let i = 0; i < part.length; i += 50) {
    const group = part.slice(i, i + 50)
    if (mode === 'one') await deps.db.transact(async (tx) => { for (const b of group) await makeScan(deps, tx, systemActor, scan(b)) })
    else await Promise.all(group.map((b: any) => deps.db.transact((tx) => makeScan(deps, tx, systemActor, scan(b)))))
  }
  const u = process.cpuUsage(c)
  console.log(mode, 'wall us', ((performance.now() - s) * 1000 / part.length).toFixed(0), 'user', (u.user / part.length).toFixed(0), 'sys', (u.system / part.length).toFixed(0))
}
// statements alone, no commit
