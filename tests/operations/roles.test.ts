import t, { type Test } from 'tap'
import { didJobs, neglectedDatabase } from '../support/neglected.ts'
import { startProcess, stopProcess } from '../support/process.ts'
import { until } from '../support/until.ts'

const start = async (t: Test, database: Record<string, string>, command: string, env: Record<string, string> = {}) => {
  const service = await startProcess(database, undefined, { command, env })
  t.teardown(() => service.child.kill('SIGKILL'))
  return service
}

t.test('a web process serves and leaves the jobs to a worker; the worker does them and serves nobody', async (t) => {
  const database = await neglectedDatabase(t)
  const web = await start(t, database, 'serve', { ROLE: 'web' })
  t.equal((await fetch(`${web.address}/api/v1/me`)).status, 401)
  t.equal((await fetch(`${web.address}/openapi.json`)).status, 200)

  const worker = await start(t, database, 'worker')
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
  const service = await start(t, await neglectedDatabase(t), 'serve')
  await until('it has done what waited', () => didJobs(service))
  t.equal((await fetch(`${service.address}/api/v1/me`)).status, 401)
  t.equal(await stopProcess(service), 0)
})
