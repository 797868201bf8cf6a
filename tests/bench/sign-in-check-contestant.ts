import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authenticator, knowActor } from '../../src/identity/index.ts'
import { hashSecret, newSecret } from '../../src/identity/secrets.ts'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config.ts'
import { type App, httpServer } from '../../src/platform/http/index.ts'

/** Where the two races run, and whose key they come with. */
export interface Contestant {
  port: number
  authorization: string
}

/** The same light route twice, of which one asks who comes; everything else as in the service. */
async function start(): Promise<Contestant> {
  const folder = mkdtempSync(join(tmpdir(), 'saka-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const env = { DATABASE_URL: `file:${join(folder, 'saka.db')}`, LOG_LEVEL: 'warn' }
  const deps = await openDeps(readConfig(env))
  const key = newSecret('key')
  const row = { id: deps.newId(), name: 'bench', keyHash: hashSecret(key), createdById: 'bench' }
  await deps.db.transact(async ({ q, t }) => {
    await q.insert(t.apiKeys).values({ ...row, roles: [{ role: 'admin' }], createdAt: deps.clock.now() })
  })
  const app = await httpServer(deps)
  const light = async (scope: App) => {
    scope.post('/light', (_request, reply) => reply.code(201).send({ status: 'alive' }))
  }
  await app.register(light, { prefix: '/without' })
  await app.register(async (scope: App) => {
    knowActor(scope, deps, authenticator(deps))
    await scope.register(light, { prefix: '/with' })
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: (app.server.address() as AddressInfo).port, authorization: `Bearer ${key}` }
}

// Started as a process of its own, it answers how much CPU it has used so far, in microseconds.
if (process.send) {
  const contestant = await start()
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send!(user + system)
  })
  process.on('SIGTERM', () => process.exit())
  process.send(contestant)
}
