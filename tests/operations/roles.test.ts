import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config.ts'
import { startProcess, stopProcess } from '../support/process.ts'

/** A database whose nightly work has been waiting since long ago: whoever does jobs begins with it. */
async function neglected(t: Test): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'saka-roles-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const deps = await openDeps(readConfig({ DATABASE_URL: `file:${join(folder, 'saka.db')}`, LOG_LEVEL: 'silent' }))
  const long = '2023-09-01T00:00:00.000Z'
  await deps.db.transact(async ({ q, t }) => {
    const run = { id: deps.newId(), job: 'forget-answers', status: 'done' as const, figures: {} }
    await q.insert(t.jobRuns).values({ ...run, startedAt: long, endedAt: long, leasedUntil: long })
  })
  deps.close()
  return folder
}

const didJobs = ({ log }: { log: Record<string, unknown>[] }) =>
  log.filter(({ msg, job }) => msg === 'job done' && job === 'forget-answers').length > 0

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50)))
    if (await isSo()) return
  throw new Error(`waited in vain until ${what}`)
}

const start = async (t: Test, folder: string, command: string, env: Record<string, string> = {}) => {
  const service = await startProcess(folder, undefined, { command, env })
  t.teardown(() => service.child.kill('SIGKILL'))
  return service
}

t.test('a web process serves and leaves the jobs to a worker; the worker does them and serves nobody', async (t) => {
  const folder = await neglected(t)
  const web = await start(t, folder, 'serve', { ROLE: 'web' })
  t.equal((await fetch(`${web.address}/api/v1/me`)).status, 401)
  t.equal((await fetch(`${web.address}/openapi.json`)).status, 200)

  const worker = await start(t, folder, 'worker')
  await until('the worker has done what waited', () => didJobs(worker))
  t.equal((await fetch(`${worker.address}/healthz`)).status, 200)
  t.equal((await fetch(`${worker.address}/readyz`)).status, 200)
  for (const path of ['/api/v1/me', '/openapi.json', '/docs', '/v/7K3D9M2QXH4T'])
    t.equal((await fetch(`${worker.address}${path}`)).status, 404, `the worker serves no ${path}`)

  t.equal(await stopProcess(worker), 0)
  t.equal(await stopProcess(web), 0)
  t.notOk(didJobs(web), 'the web process did none')
})

t.test('one process does all of it unless it is told otherwise', async (t) => {
  const service = await start(t, await neglected(t), 'serve')
  await until('it has done what waited', () => didJobs(service))
  t.equal((await fetch(`${service.address}/api/v1/me`)).status, 401)
  t.equal(await stopProcess(service), 0)
})
