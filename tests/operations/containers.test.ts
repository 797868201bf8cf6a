import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { settings } from '../../src/platform/config/settings.ts'
import { projectRoot } from '../../src/platform/project-root.ts'
import { mailServer } from '../support/mailbox.ts'
import { didJobs, neglectedDatabase } from '../support/neglected.ts'
import { type ServiceProcess, startProcess, stopProcess } from '../support/process.ts'
import { startRedis } from '../support/redis-server.ts'
import { sourceFiles, textOf } from '../support/sources.ts'
import { until } from '../support/until.ts'

const compose = parse(textOf('docker-compose.yml'), { merge: true })
const services: Record<string, any> = compose.services
const ours = Object.entries(services).filter(([, { build }]) => build)
const region = ours.filter(([, { profiles }]) => profiles?.includes('region'))
const dockerfile = textOf('Dockerfile')

t.test(
  'one container is the whole service by default; a region has two that serve, one that works, and what they need',
  async (t) => {
    const byDefault = Object.entries(services).filter(([, { profiles }]) => !profiles)
    t.same(
      byDefault.map(([name]) => name),
      ['saka'],
    )
    const roles = region.map(([, { environment }]) => environment.ROLE)
    t.same(roles.sort(), ['web', 'web', 'worker'])
    for (const name of ['postgres', 'redis', 'mailpit', 'proxy']) t.same(services[name].profiles, ['region'], name)
  },
)

t.test(
  'every container of ours may write to its volumes and nowhere else, with no right that it does not need',
  async (t) => {
    t.equal(ours.length, 4)
    for (const [name, { logging }] of Object.entries(services))
      t.ok(logging?.options['max-size'], `${name} fills no disk`)
    for (const [name, service] of ours) {
      t.equal(service.read_only, true, name)
      t.same(service.cap_drop, ['ALL'], name)
      t.same(service.security_opt, ['no-new-privileges:true'], name)
    }
    t.match(dockerfile, /^USER node$/m)
    t.match(dockerfile, /^ENV .*DATA_FOLDER=\/data\b/m)
  },
)

t.test('one process of each installation makes its backups, on a volume', async (t) => {
  for (const name of ['saka', 'worker']) {
    t.equal(services[name].environment.BACKUP_FOLDER, '/backups', name)
    t.ok(services[name].volumes.includes('backups:/backups'), name)
  }
})

t.test(
  'everything says how it is, comes back by itself, and is open to this machine alone but for the proxy',
  async (t) => {
    for (const [name, { build, healthcheck, restart, ports = [], depends_on = {}, volumes = [] }] of Object.entries(
      services,
    )) {
      t.ok(build ? /^HEALTHCHECK /m.test(dockerfile) : healthcheck?.test, `${name} has a health check`)
      t.equal(restart, 'unless-stopped', name)
      for (const port of ports) t.ok(name === 'proxy' || port.startsWith('127.0.0.1:'), `${name}: ${port}`)
      for (const [other, { condition }] of Object.entries<any>(depends_on)) {
        t.ok(other in services, `${name} waits for ${other}`)
        t.equal(condition, 'service_healthy')
      }
      for (const [from] of volumes.map((volume: string) => volume.split(':')))
        t.ok(from.startsWith('./') ? existsSync(join(projectRoot, from)) : from in compose.volumes, `${name}: ${from}`)
    }
  },
)

t.test('no secret is written in the file, and every variable is a setting', async (t) => {
  const known = new Set(Object.values(settings).map(({ name }) => name))
  for (const [name, { environment = {} }] of Object.entries(services)) {
    for (const [variable, value] of Object.entries(environment)) {
      if (/PASSWORD|SECRET|KEY|TOKEN/.test(variable)) t.match(value, /^\$\{\w+:-\}$/, `${name}: ${variable}`)
      if (services[name].build) t.ok(known.has(variable), `${name}: ${variable} is a setting`)
    }
  }
  t.match(textOf('.dockerignore'), /^\.env$/m, 'what is secret gets into no image')
  t.match(textOf('.gitignore'), /^\.env$/m)
})

t.test('a setting in .env reaches every process, whether the file names it or not', async (t) => {
  for (const [name, { env_file }] of ours) t.same(env_file, [{ path: '.env', required: false }], name)
})

t.test('the image has what the service reads while it runs, and starts what there is', async (t) => {
  const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, from]) => from!.split(' '))
  const has = (path: string) => copied.some((from) => path === from || path.startsWith(`${from}/`))
  const needed = ['package.json', 'drizzle/sqlite', 'src/main.ts', 'jobs/registry.ts', ...readAtRunTime()]
  t.same(
    needed.filter((path) => !has(path)),
    [],
  )
  t.match(dockerfile, /ENTRYPOINT \["node", "src\/main.ts"\]\nCMD \["serve"\]/)
})

t.test('image, documents and package.json name one Node.js to use and one that is the oldest', async (t) => {
  const version = textOf('.nvmrc').trim()
  t.match(dockerfile, new RegExp(`^FROM node:${version}-bookworm-slim$`, 'm'))
  const oldest = JSON.parse(textOf('package.json')).engines.node.replace('>=', '')
  const documents = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'docs/operations.md']
  const told = (file: string) => new Set(textOf(file).match(/(?<=Node\.js )\d[\d.]*\d/g))
  t.same(
    documents.filter((file) => !told(file).has(version) || !told(file).has(oldest) || told(file).size > 2),
    [],
  )
})

/** The folders that sources name as being at the root of the project. */
function readAtRunTime(): string[] {
  return sourceFiles('src')
    .flatMap((file) => [...textOf(file).matchAll(/(?:join|resolve)\(projectRoot, '([^']+)'/g)])
    .map(([, path]) => path!)
    .filter((path) => !path.startsWith('data/'))
}

/** An environment as the file has it, with nothing set outside, where names of containers are addresses of this machine. */
function translated(environment: Record<string, string>, addresses: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      const set = String(value).replace(/\$\{\w+:-([^}]*)\}/g, '$1')
      return [name, addresses[name] && set ? addresses[name] : set]
    }),
  )
}

/** Nobody in particular: whoever the service runs as owns its data and no file of its program. Below root's own home nobody can read that. */
const nobody = process.getuid?.() === 0 && canRead(65_534) ? 65_534 : undefined

function canRead(uid: number): boolean {
  return spawnSync('cat', [resolve('package.json')], { uid, gid: uid }).status === 0
}

const redis = await startRedis(t)
const skip = redis ? false : 'there is no Redis'

t.test('the processes of a region, as the file starts them, are one service', { skip }, async (t) => {
  const mail = await mailServer(t)
  const database = await neglectedDatabase(t)
  const folder = database.DATA_FOLDER!
  if (nobody) for (const path of ['', ...readdirSync(folder)]) chownSync(join(folder, path), nobody, nobody)
  const admin = { ADMIN_EMAIL: 'admin@example.org', ADMIN_PASSWORD: 'correct horse battery' }
  const addresses = { ...database, REDIS_URL: redis!.url, SMTP_URL: mail.url }
  const token = 'what-the-scraper-knows'
  const running: Record<string, ServiceProcess> = {}
  const start = async (t: Test, name: string) => {
    const env = {
      ...translated(services[name].environment, addresses),
      ...admin,
      METRICS_TOKEN: token,
    }
    running[name] = await startProcess(database, undefined, { env, ...(nobody && { uid: nobody }) })
    t.teardown(() => running[name]!.child.kill('SIGKILL'))
  }
  for (const [name] of region) await start(t, name)

  await until('the worker has done what waited', () => didJobs(running.worker!))
  for (const [name, { log }] of Object.entries(running))
    t.equal(
      log.some(({ msg }) => msg === 'job done'),
      name === 'worker',
      `${name} and the jobs`,
    )

  const session = await fetch(`${running['web-1']!.address}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: admin.ADMIN_EMAIL, password: admin.ADMIN_PASSWORD }),
  })
  const cookie = session.headers.get('set-cookie')!.split(';')[0]!
  t.match(cookie, /^__Host-/, 'behind TLS')
  const me = () => fetch(`${running['web-2']!.address}/api/v1/me`, { headers: { cookie } })
  t.equal((await me()).status, 200, 'who signed in at one is known to the other')
  for (const [name, { address }] of Object.entries(running)) {
    t.equal((await fetch(`${address}/readyz`)).status, 200, `${name} is ready`)
    t.equal((await fetch(`${address}/metrics`)).status, 401, `${name} keeps its figures`)
    const metrics = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${token}` } })
    t.match(await metrics.text(), /^saka_job_late\{job_name="seal-trail"\} 0$/m, name)
  }

  t.equal(await stopProcess(running['web-1']!), 0, 'one is changed for the next')
  t.equal((await me()).status, 200, 'while the other serves')
  await start(t, 'web-1')
  for (const service of Object.values(running)) t.equal(await stopProcess(service), 0)
})
