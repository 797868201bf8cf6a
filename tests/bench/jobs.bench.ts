import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue, Worker } from 'bullmq'
import { runEmbedded } from '../../jobs/embedded-runner.ts'
import { runOnRedis } from '../../jobs/redis-runner.ts'
import type { Runner } from '../../jobs/runner.ts'
import type { Deps } from '../../src/deps.ts'
import { type OpenDeps, openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config.ts'
import { projectRoot } from '../../src/platform/project-root.ts'
import { type AskedJob, askFor } from '../../src/runs/index.ts'
import { leaseNextTask, updateTask } from '../../src/runs/task-repository.ts'

// How many tasks a second each runner does, whose work is nothing, and what bounds it: the same table worked through by the
// barest loop that is still safe (lease, then done, each its own commit, each on the disk), and a queue of BullMQ's with nothing
// behind it, which keeps nothing: what it says more is the price of losing no task with Redis.
const tasks = Number(process.argv[2] ?? 1000)
const rounds = 3
const folder = mkdtempSync(join(tmpdir(), 'saka-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

let left = 0
let finish = () => {}
const nothing: AskedJob = {
  name: 'do-nothing',
  meaning: { el: 'Τίποτα.', en: 'Nothing.' },
  attempt: async () => {
    left--
    if (left === 0) finish()
  },
}

/** A fresh database with the tasks asked for, a hundred to a transaction. */
async function asked(name: string): Promise<OpenDeps> {
  const config = readConfig({ DATABASE_URL: `file:${join(folder, `${name}.db`)}`, LOG_LEVEL: 'fatal' })
  const deps = await openDeps(config, { jobs: [nothing] })
  for (let from = 0; from < tasks; from += 100)
    await deps.db.transact(async (tx) => {
      for (let i = from; i < Math.min(tasks, from + 100); i++)
        await askFor(deps, tx, { id: `task-${i}`, job: nothing.name, payload: { i } })
    })
  return deps
}

/** Seconds from the start of a runner until the last task is attempted. */
async function seconds(start: () => Promise<Runner>): Promise<number> {
  left = tasks
  const done = new Promise<void>((resolve) => {
    finish = resolve
  })
  const began = performance.now()
  const runner = await start()
  await done
  const took = (performance.now() - began) / 1000
  await runner.stop()
  return took
}

async function byRunner(name: string, start: (deps: Deps) => Promise<Runner>): Promise<number> {
  const deps = await asked(name)
  const took = await seconds(() => start(deps))
  await deps.close()
  return took
}

/** The bound of what the table allows. */
async function byBareLoop(name: string): Promise<number> {
  const deps = await asked(name)
  const took = await seconds(async () => {
    const until = new Date(Date.now() + 120_000).toISOString()
    for (;;) {
      const now = deps.clock.now()
      const task = await deps.db.transact((tx) => leaseNextTask(tx, nothing.name, now, until))
      if (!task) return { stop: async () => {} }
      await nothing.attempt(deps, task, new AbortController().signal)
      await deps.db.transact((tx) => updateTask(tx, task, { status: 'done', endedAt: now, leasedUntil: null }))
    }
  })
  await deps.close()
  return took
}

/** The bound of what BullMQ allows: jobs added in bulk, one worker, one at a time, nothing kept elsewhere. */
async function byBareQueue(name: string, url: string): Promise<number> {
  const queue = new Queue(name, { connection: { url } })
  const took = await seconds(async () => {
    await queue.addBulk(
      Array.from({ length: tasks }, (_, i) => ({ name, data: { id: `task-${i}` }, opts: { removeOnComplete: true } })),
    )
    const worker = new Worker(name, () => nothing.attempt(undefined as never, undefined as never, undefined as never), {
      connection: { url, maxRetriesPerRequest: null },
      concurrency: 1,
    })
    return { stop: () => worker.close() }
  })
  await queue.close()
  return took
}

async function startRedis(program: string): Promise<{ url: string; child: ChildProcess }> {
  const port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
  const child = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder])
  for await (const text of child.stdout!) if (String(text).includes('Ready to accept connections')) break
  child.stdout!.resume()
  return { url: `redis://127.0.0.1:${port}`, child }
}

// It is a script, which is not compiled with the rest.
const { findProgram } = await import(join(projectRoot, 'tests/support/programs.ts'))
const program = findProgram('redis')
const redis = program ? await startRedis(program) : undefined
const contestants: [name: string, run: (round: string) => Promise<number>, bound?: string][] = [
  ['bare loop over the table', (round) => byBareLoop(`loop-${round}`)],
  ['embedded runner', (round) => byRunner(`embedded-${round}`, runEmbedded), 'bare loop over the table'],
  ...(redis
    ? ([
        ['bare queue of BullMQ', (round) => byBareQueue(`bare-${round}`, redis.url)],
        [
          'runner on Redis',
          (round) => byRunner(`redis-${round}`, (deps) => runOnRedis(deps, redis.url)),
          'bare loop over the table',
        ],
      ] satisfies [string, (round: string) => Promise<number>, string?][])
    : []),
]

console.log(`${tasks} tasks, the best of ${rounds} rounds`)
const best = new Map<string, number>()
// In turns, so that whatever else the machine does falls on all of them.
for (let round = 0; round < rounds; round++)
  for (const [name, run] of contestants) best.set(name, Math.min(best.get(name) ?? Infinity, await run(String(round))))
for (const [name, , bound] of contestants) {
  const rate = Math.round(tasks / best.get(name)!)
  const share = bound ? `  ${(best.get(bound)! / best.get(name)!).toFixed(2)} of ${bound}` : ''
  console.log(`${name.padEnd(28)} ${String(rate).padStart(7)} a second${share}`)
}
redis?.child.kill('SIGKILL')
process.exit()
