import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sealTrail } from '../../src/audit/index.ts'
import { macOf } from '../../src/audit/sealing/mac.ts'
import { exportTrail } from '../../src/audit/verification/export.ts'
import { proveEvent } from '../../src/audit/verification/proofs.ts'
import { verifyTrail } from '../../src/audit/verification/use-cases.ts'
import { systemActor } from '../../src/identity/rules.ts'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { insertRows } from '../../src/platform/db/index.ts'

// As many events as this file is asked for by hand.
const events = Number(process.argv[2] ?? 1_000_000)
const together = 6400
const mostMegabytes = 256

const folder = mkdtempSync(join(tmpdir(), 'saka-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const deps = await openDeps(readConfig({ DATABASE_URL: `file:${join(folder, 'saka.db')}`, LOG_LEVEL: 'error' }))

/** Tells how long `work` took, and how long it kept everybody else waiting at most. */
async function measure<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const start = performance.now()
  const before = process.cpuUsage()
  const result = await work()
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(before)
  delay.disable()
  const waited = `others waited ${Math.round(delay.max / 1e6)} ms at most, ${Math.round(delay.percentile(99) / 1e6)} ms at the 99th percentile`
  console.log(
    `${name.padEnd(44)} ${seconds.toFixed(3).padStart(9)} s  CPU ${((user + system) / 1e6).toFixed(1)} s  ${waited}`,
  )
  return result
}

/** Events as a redemption leaves them. */
async function recordMany(): Promise<void> {
  const at = deps.clock.now()
  for (let from = 0; from < events; from += together) {
    const rows = Array.from({ length: Math.min(together, events - from) }, () => {
      const [id, voucherId] = [deps.newId(), deps.newId()]
      const change = { schoolId: id, scanId: voucherId, result: 'accepted', collectedBy: 'guardian' }
      const event = { id, at, actorKind: 'device', actorId: id, action: 'voucher.redeemed', subjectId: voucherId }
      const whole = { ...event, change, requestId: voucherId }
      return { ...whole, mac: macOf(deps.signer, whole) }
    })
    await deps.db.transact((tx) => insertRows(tx, tx.t.auditEvents, rows))
  }
}

await recordMany()
console.log(`${events} events`)
await measure('seal all, with a checkpoint', () => sealTrail(deps))
const [first] = await deps.db.read.q
  .select({ id: deps.db.read.t.auditEvents.id })
  .from(deps.db.read.t.auditEvents)
  .limit(1)
await measure('seal when nothing is new', () => sealTrail(deps))
await measure('prove one event', () => proveEvent(deps, systemActor, first!.id))
const verification = await measure('verify in the service', () => verifyTrail(deps, systemActor))
if (!verification.intact || verification.events !== events) throw new Error('the trail is not intact')
const file = join(folder, 'trail.ndjson')
await measure('export', async () =>
  pipeline(Readable.from(await exportTrail(deps, systemActor)), createWriteStream(file)),
)
console.log(`the export has ${Math.round(statSync(file).size / 2 ** 20)} MiB`)

const child = fork(new URL('./verify-contestant.ts', import.meta.url), [file])
const [{ code, seconds, cpu, megabytes }] = (await once(child, 'message')) as [
  { code: number; seconds: number; cpu: number; megabytes: number },
]
if (code !== 0) throw new Error('the export is not intact')
console.log(
  `${'saka verify-audit'.padEnd(44)} ${seconds.toFixed(3).padStart(9)} s  CPU ${cpu.toFixed(1)} s  at most ${mostMegabytes} MiB of memory: ${megabytes}`,
)
if (megabytes > mostMegabytes) process.exitCode = 1
await deps.close()
