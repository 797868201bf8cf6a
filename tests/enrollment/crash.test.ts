import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'
import { serve } from '../../src/serve.ts'
import { openCampaign } from '../support/campaign.ts'
import { databaseOf, postgresAlone } from '../support/engine.ts'
import { until } from '../support/until.ts'

const childrenInFile = 30_000
const file = [
  'schoolCode;pupilRef;familyName;guardianPhone',
  ...Array.from({ length: childrenInFile }, (_, i) => `${9_000_001 + (i % 2)};${i};Φωτοπούλου;6902128000`),
].join('\n')

t.test('an import that is killed in the middle of writing has done nothing, and can be repeated', async (t) => {
  const { api, campaign, deps, folder } = await openCampaign(t)
  const path = join(folder, 'children.csv')
  writeFileSync(path, file)
  const enrolled = async () => {
    const { q, t: tables } = deps.db.read
    return (await q.select({ id: tables.enrollments.id }).from(tables.enrollments)).length
  }
  const args = [path, campaign.id, String(childrenInFile / 2)]
  const env = { ...process.env, ...databaseOf(deps), LOG_LEVEL: 'silent' }
  const child = fork(join(projectRoot, 'tests/enrollment/killed-import.ts'), args, { env })
  const [, signal] = await once(child, 'close')
  t.equal(signal, 'SIGKILL')
  t.equal(await enrolled(), 0)
  t.equal((await api.get('/audit/events?action=enrollment.imported')).json.items.length, 0)
  const answer = await api.upload(`/campaigns/${campaign.id}/enrollment-imports`, file)
  t.match(answer.json, { created: childrenInFile, unchanged: 0 })
  t.equal(await enrolled(), childrenInFile)
})

t.test('an upload that is too large, forbidden or cut off is answered in words and leaves nothing', async (t) => {
  const { api, as, campaign, deps, folder } = await openCampaign(t)
  const place = join(folder, 'saka.db-uploads')
  const uploads = () => (existsSync(place) ? readdirSync(place) : [])
  mkdirSync(join(place, 'upload-killed'), { recursive: true })
  writeFileSync(join(place, 'upload-killed', 'file'), file)
  const longAgo = new Date(Date.now() - 2 * 3_600_000)
  utimesSync(join(place, 'upload-killed'), longAgo, longAgo)
  Object.assign(deps.config, { port: 0, uploadLimitBytes: 100_000 })
  const { address, close } = await serve(deps)
  t.teardown(close)
  t.same(uploads(), [], 'what a killed service had received goes when the next starts')
  const { key } = await api.made('/api-keys', { name: 'desk', roles: [{ role: 'coordinator' }] })
  const send = (headers: Record<string, string | number> = {}) =>
    request(`${address}/api/v1/campaigns/${campaign.id}/enrollment-imports`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'text/csv', ...headers },
    })

  const large = send()
  const answered = once(large, 'response')
  for (let i = 0; i < 100; i++) large.write(file.slice(0, 50_000))
  large.end()
  const [response] = await answered
  t.equal(response.statusCode, 413)
  t.match(JSON.parse(await text(response)), { code: 'file_too_large' })

  const cut = send({ 'content-length': 90_000 })
  cut.on('error', () => {})
  cut.write(file.slice(0, 50_000))
  await until('it is being received', () => uploads().length > 0)
  cut.destroy()

  const auditor = await as({ role: 'auditor' })
  t.equal((await auditor.upload(`/campaigns/${campaign.id}/enrollment-imports`, file)).status, 403)
  t.equal((await api.get(`/campaigns/${campaign.id}/enrollments`)).json.items.length, 0)
  await until('nothing of it is left', () => uploads().length === 0)
  t.same(uploads(), [])
})

t.test(
  'a process that starts leaves alone what another is receiving',
  postgresAlone('SQLite has one process'),
  async (t) => {
    const { deps, folder } = await openCampaign(t)
    const place = join(folder, 'saka.db-uploads')
    mkdirSync(join(place, 'upload-elsewhere'), { recursive: true })
    Object.assign(deps.config, { port: 0 })
    const { close } = await serve(deps)
    t.teardown(close)
    t.same(readdirSync(place), ['upload-elsewhere'])
  },
)
