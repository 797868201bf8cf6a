import { sql } from 'drizzle-orm'
import t from 'tap'
import { openLog } from '../../src/platform/observability/log.ts'
import { engine } from '../support/engine.ts'
import { startSaka } from '../support/saka.ts'
import { sourceFiles, textOf } from '../support/sources.ts'
import { breaking, runStatements } from '../support/sql.ts'

t.test('a query that fails is told by its words and the server’s verdict, without what it was about', async (t) => {
  const lines: string[] = []
  const log = openLog('trace', { write: (line: string) => void lines.push(line) })
  const { api, deps } = await startSaka(t, { log })
  const community = { id: 'one', code: 'Ω', name: 'Άννα Κωστοπούλου', version: 1 }
  const twice = deps.db.transact(async ({ q, t }) => {
    for (let i = 0; i < 2; i++) await q.insert(t.communities).values(community)
  })
  await twice.catch((error: unknown) => log.error({ err: error }, 'refused'))
  const unread = deps.db.read.q.select({ x: sql`cast(${'Άννα'} as numeric) / 0` }).from(deps.db.read.t.communities)
  await unread.catch((error: unknown) => log.error({ err: new Error('unread', { cause: error }) }, 'unread'))
  await runStatements(deps, breaking('INSERT ON communities'))
  t.equal((await api.post('/communities', { code: 'Ψ', name: 'Άννα Κωστοπούλου' })).status, 500)
  log.error({ err: 'Άννα' }, 'no error at all')

  t.notMatch(lines.join(''), /Άννα|Κωστοπούλου/)
  const faults = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error')
  const refused = JSON.stringify(faults.find(({ msg }) => msg === 'refused').err)
  t.match(refused, engine === 'postgres' ? /insert into .*communities.*23505.*communities_pkey/ : /SQLITE_CONSTRAINT/)
  t.match(refused, /\\n +at [^\\]+:\d+:\d+/, 'and by where it comes from')
  t.ok(faults.some(({ msg }) => msg === 'internal_error'))
})

t.test('docs/logs.md tells every line that there can be, with its level', async (t) => {
  const told = [...textOf('docs/logs.md').matchAll(/^\| `([^`]+)` \| (\w+) \|/gm)].map(
    ([, msg, level]) => `${level} ${msg}`,
  )
  const call = /log\.(trace|debug|info|warn|error|fatal)\((?:\{.*?\}, )?'([^']+)'\)/g
  const written = sourceFiles('src', 'jobs')
    .flatMap((file) => [...textOf(file).matchAll(call)])
    .map(([, level, msg]) => `${level} ${msg}`)
  t.ok(written.length > 12)
  t.same([...new Set(written)].sort(), told.filter((line) => line !== 'info listening on …').sort())
})
