import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import t, { type Test } from 'tap'
import { InvalidConfig, readConfig } from '../../src/platform/config/config.ts'
import { projectRoot } from '../../src/platform/project-root.ts'
import { newDatabase, postgresAlone } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { runInTerminal } from '../support/terminal.ts'

/** Runs a command on a database in a folder of its own. */
function terminal(t: Test, env: Record<string, string> = {}) {
  const file = join(temporaryFolder(t), 'saka.db')
  const said = { out: '', err: '' }
  const run = async (...args: string[]) => {
    const { code, ...texts } = await runInTerminal(args, {
      ...{ DATABASE_URL: `file:${file}`, PORT: '0', LOG_LEVEL: 'silent' },
      ...env,
    })
    Object.assign(said, texts)
    return code
  }
  return { file, said, run }
}

t.test('help lists the commands, and what is not one is answered with it', async (t) => {
  const { run, said } = terminal(t)
  t.equal(await run(), 0)
  for (const command of ['serve', 'migrate', 'demo', 'verify-audit', 'help'])
    t.match(said.out, new RegExp(`^  ${command} `, 'm'))
  t.equal(await run('tidy'), 1)
  t.match(said.err, /There is no command tidy\.\n\nsaka COMMAND/)
  t.equal(said.out, '')
})

t.test('the program itself shows its help and ends well', async (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(projectRoot, 'src/main.ts'), 'help'], {
    encoding: 'utf8',
  })
  t.match({ status, stderr }, { status: 0, stderr: '' })
  t.match(stdout, /^saka COMMAND/)
})

t.test('what is behind a command that takes nothing is refused, not left out', async (t) => {
  const { run, said, file } = terminal(t)
  t.equal(await run('serve', '--port', '3000'), 1)
  t.match(said.err, 'saka serve takes nothing behind its name: --port 3000. Settings are environment variables.')
  t.notOk(existsSync(file))
})

t.test('a backup that has no folder, or no database, says so in a sentence', async (t) => {
  const { run, said, file } = terminal(t)
  await run('migrate')
  t.equal(await run('backup', file), 1)
  t.match(said.err, /^Saka cannot use .*saka\.db: EEXIST.* Name a folder or a file that is there/)
  const nowhere = terminal(t, { DATABASE_URL: `file:${file}.nowhere/saka.db` })
  t.equal(await nowhere.run('backup', t.testdir()), 1)
  t.match(nowhere.said.err, /cannot be opened\. Check that its folder/)
})

t.test('a server that lets nobody in is told by what it says', postgresAlone('a server is asked'), async (t) => {
  const url = new URL((await newDatabase(t, t.testdir())).DATABASE_URL!)
  url.pathname = '/no_such_database'
  const { run, said } = terminal(t, { DATABASE_URL: url.href, DATA_FOLDER: t.testdir() })
  t.equal(await run('serve'), 1)
  t.match(said.err, /^The database server does not let Saka in: database "no_such_database" does not exist\./)
})

t.test('the database is made, and made ready, by its command', async (t) => {
  const { run, said, file } = terminal(t)
  t.equal(await run('migrate'), 0)
  t.ok(existsSync(file))
  t.match(said.out, /this version’s tables/)
  t.equal(await run('serve'), 0, 'and served until told to stop')
})

t.test('an environment that cannot be lists every fault at once', async (t) => {
  const env = {
    PORT: '70000',
    BASE_URL: 'https://saka.example.org/path',
    DATABASE_URL: 'mysql://db/saka',
    ADMIN_EMAIL: 'nobody',
    ADMIN_PASSWORD: 'short',
    TIME_ZONE: 'Europe/Piraeus',
    UPLOAD_LIMIT_BYTES: '1 GB',
    LOG_LEVEL: 'loud',
    TRUST_PROXY: 'perhaps',
    AUDIT_SIGNING_KEY: 'no key',
    AUDIT_FORMER_KEYS: 'ab',
    AUDITOR_EMAIL: 'nobody',
    SMTP_URL: 'mail.example.org',
  }
  const { run, said } = terminal(t, env)
  t.equal(await run('serve'), 1)
  for (const name of Object.keys(env)) t.match(said.err, new RegExp(`^  ${name} must .+\\.$`, 'm'))
  t.match(said.err, /^Saka cannot start/)
  t.throws(() => readConfig({ ADMIN_EMAIL: 'admin@example.org' }), { message: /must be given together\./ })
  t.throws(() => readConfig({ AUDITOR_EMAIL: 'auditor@example.org' }), { message: /together with SMTP_URL\./ })
})

t.test('a first password that everybody tries first stops the start', async (t) => {
  const { run, said } = terminal(t, { ADMIN_EMAIL: 'admin@example.org', ADMIN_PASSWORD: 'password123!' })
  t.equal(await run('migrate'), 1)
  t.match(said.err, /ADMIN_PASSWORD is refused\. It is one of those that are tried first/)
})

t.test('a password keeps its spaces', async (t) => {
  const adminPassword = ' correct horse '
  t.match(readConfig({ ADMIN_EMAIL: 'admin@example.org', ADMIN_PASSWORD: adminPassword }), { adminPassword })
})

t.test('without an environment there is a value for everything', async (t) => {
  t.match(readConfig({}), {
    host: '127.0.0.1',
    port: 3000,
    baseUrl: 'http://127.0.0.1:3000',
    databaseFile: './data/saka.db',
    adminEmail: undefined,
  })
  t.match(readConfig({ HOST: '0.0.0.0', PORT: '8080' }), { baseUrl: 'http://localhost:8080' })
  t.match(readConfig({ HOST: '::1', PORT: '8080' }), { baseUrl: 'http://[::1]:8080' })
  t.match(readConfig({ BASE_URL: 'https://SAKA.example.org/', PORT: ' ' }), {
    baseUrl: 'https://saka.example.org',
    port: 3000,
  })
  t.ok(new InvalidConfig(['x']) instanceof Error)
})

t.test('a database from a newer version is refused with a sentence that says why', async (t) => {
  const { run, said, file } = terminal(t)
  await run('migrate')
  const database = new Sqlite(file)
  database.exec(`INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('of tomorrow', 99999999999999)`)
  database.close()
  for (const command of ['serve', 'migrate']) {
    t.equal(await run(command), 1)
    t.equal(
      said.err,
      'The database was made by a newer version of Saka. Start that version, or restore a backup made before it.\n',
    )
  }
})

t.test('what an operator can put right is said in a sentence', async (t) => {
  const { run, said, file } = terminal(t)
  writeFileSync(file, 'This is a letter and no database. '.repeat(100))
  t.equal(await run('serve'), 1)
  t.match(said.err, /is not a database\. Name another, or restore a backup\.\n$/)

  const other = createServer()
  const port = await new Promise<number>((resolve) =>
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
  )
  t.teardown(() => other.close())
  const taken = terminal(t, { PORT: String(port) })
  t.equal(await taken.run('serve'), 1)
  t.match(taken.said.err, /Another program listens there already/)

  const unwritable = terminal(t, { DATABASE_URL: `file:${tmpdir()}` })
  t.equal(await unwritable.run('serve'), 1)
  t.match(unwritable.said.err, /cannot be opened/)

  const away = terminal(t, { DATABASE_URL: 'postgres://saka@127.0.0.1:1/saka', DATA_FOLDER: t.testdir() })
  t.equal(await away.run('migrate'), 1)
  t.match(away.said.err, /The database server .* does not answer/)
})
