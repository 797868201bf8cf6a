import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { newDatabase, sqliteAlone } from '../support/engine.ts'
import { type ServiceProcess, startProcess } from '../support/process.ts'
import { admin, adminEnv } from '../support/sign-in.ts'
import { allSql } from '../support/sql.ts'
import { until } from '../support/until.ts'

const kit = (name: string) => ({ name, items: [{ name: 'Σακίδιο', quantity: 1, unitCostCents: 9000 }] })
/** A kit that takes some hundred kilobytes. */
const heavyKit = (name: string) => ({
  name,
  items: Array.from({ length: 200 }, () => ({ ...kit(name).items[0], name: 'σ'.repeat(500) })),
})

/** The service as its own process, as an operator starts it. */
interface Running extends ServiceProcess {
  ended: Promise<{ code: number | null; signal: string | null }>
  /** Calls the API as the administrator. */
  call(method: string, path: string, body?: unknown): Promise<Response>
}

/** Starts the service on this database; `shell` goes before it on the command line. */
async function start(t: Test, database: Record<string, string>, shell = ''): Promise<Running> {
  const service = await startProcess(database, undefined, { shell, env: adminEnv })
  const { child, address } = service
  t.teardown(() => child.kill('SIGKILL'))
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  )
  let cookie = ''
  const call = (method: string, path: string, body?: unknown) =>
    fetch(`${address}/api/v1${path}`, {
      method,
      headers: { cookie, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).catch((cause) => {
      throw new Error(`no answer; exit code ${child.exitCode}, signal ${child.signalCode}`, { cause })
    })
  const session = await call('POST', '/session', admin)
  cookie = session.headers.get('set-cookie')!.split(';')[0]!
  return { ...service, ended, call }
}

/** Every kit of the service, by name. */
async function kitNames({ call }: Running): Promise<string[]> {
  const { items } = (await (await call('GET', '/kits?limit=500')).json()) as { items: { name: string }[] }
  return items.map(({ name }) => name)
}

t.test('asked to stop, the service answers what is under way and ends with 0', async (t) => {
  const database = await newDatabase(t, t.testdir())
  const service = await start(t, database)
  t.equal(service.log.filter(({ msg }) => String(msg).startsWith('listening')).length, 1, 'listening is said once')

  const { port } = new URL(service.address)
  const body = JSON.stringify(admin)
  const socket = connect(Number(port), '127.0.0.1')
  let answer = ''
  const closed = new Promise((resolve) => socket.on('close', resolve))
  socket.on('data', (chunk) => {
    answer += chunk
  })
  const head = ['POST /api/v1/session HTTP/1.1', 'Host: saka', 'Content-Type: application/json', 'Expect: 100-continue']
  socket.write(`${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`)
  // The service has the head of the request, and the process is told to end, before the body is there.
  await new Promise((resolve) => socket.once('data', resolve))
  service.child.kill('SIGTERM')
  await until('it says so', () => service.log.some(({ msg }) => /^stopping/.test(String(msg))))
  await t.rejects(fetch(`${service.address}/healthz`), 'nobody new is let in')
  socket.write(body.slice(10))
  await closed
  t.match(answer, /HTTP\/1.1 201 Created/)
  t.match(answer, /connection: close/i)
  t.same(await service.ended, { code: 0, signal: null })
  const deps = await openDeps(readConfig({ ...database, LOG_LEVEL: 'silent' }))
  t.teardown(() => deps.close())
  const unsealed = 'SELECT action FROM audit_events WHERE id NOT IN (SELECT event_id FROM audit_seals)'
  t.same(await allSql(deps.db.read, unsealed), [], 'and everything that it did is sealed')
})

t.test(
  'killed in the middle of its work, the service loses nothing that it has acknowledged and keeps nothing by half',
  async (t) => {
    const database = await newDatabase(t, t.testdir())
    const service = await start(t, database)
    const acknowledged: string[] = []
    const commands = Array.from({ length: 200 }, async (_, i) => {
      const answer = await service.call('POST', '/kits', kit(`kit ${i}`))
      if (answer.status !== 201) return
      acknowledged.push(`kit ${i}`)
      if (acknowledged.length === 20) service.child.kill('SIGKILL')
    })
    await Promise.allSettled(commands)
    t.ok(acknowledged.length >= 20, 'it had work to be killed in the middle of')
    service.child.kill('SIGKILL')
    t.match(await service.ended, { signal: 'SIGKILL' })

    const restarted = await start(t, database)
    const names = await kitNames(restarted)
    t.same(
      acknowledged.filter((name) => !names.includes(name)),
      [],
    )
    const events = (await (await restarted.call('GET', '/audit/events?action=kit.created&limit=500')).json()) as {
      items: unknown[]
    }
    t.equal(events.items.length, names.length, 'no kit without its event, no event without its kit')
  },
)

t.test(
  'when the disk refuses a commit, the command is refused and everything before it is there',
  sqliteAlone('a limit on the size of files is one on its file'),
  async (t) => {
    const database = await newDatabase(t, t.testdir())
    const limited = await start(t, database, 'ulimit -f 6000;')
    const acknowledged: string[] = []
    let refused: Response | undefined
    for (let i = 0; i < 100 && !refused; i++) {
      const answer = await limited.call('POST', '/kits', heavyKit(`kit ${i}`))
      if (answer.status === 201) acknowledged.push(`kit ${i}`)
      else refused = answer
    }
    t.ok(acknowledged.length > 0)
    t.equal(refused?.status, 503)
    t.equal(refused?.headers.get('retry-after'), '60')
    t.match(await refused?.json(), { code: 'storage_unavailable' })
    t.same((await kitNames(limited)).sort(), [...acknowledged].sort(), 'it can still be read')
    limited.child.kill('SIGKILL')
    await limited.ended

    const roomy = await start(t, database)
    t.same((await kitNames(roomy)).sort(), [...acknowledged].sort())
    t.equal((await roomy.call('POST', '/kits', kit('with room again'))).status, 201)
  },
)
