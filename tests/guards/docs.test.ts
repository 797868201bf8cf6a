import t from 'tap'
import { jobs } from '../../jobs/registry.ts'
import '../../src/app.ts'
import { settings } from '../../src/platform/config/settings.ts'
import { faultCodes } from '../../src/platform/imports/faults.ts'
import { isScheduled } from '../../src/scheduler/index.ts'
import { problemKinds } from '../../src/shared/problem.ts'
import { textOf } from '../support/sources.ts'

/** The rows of the tables of a page that begin with a word in code, as lists of cells without the backquotes. */
function rowsOf(page: string): string[][] {
  const lines = textOf(`docs/${page}`).split('\n')
  const rows = lines.filter((line) => line.startsWith('| `'))
  return rows.map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.replace(/^`(.*)`$/, '$1')),
  )
}

t.test('docs/problems.md lists every problem with its status, once, and what to do in two languages', async (t) => {
  const rows = rowsOf('problems.md').filter((row) => row.length > 2)
  t.same(
    rows.map(([code, status]) => `${code} ${status}`).sort(),
    problemKinds().map(({ code, status }) => `${code} ${status}`),
  )
  const english = /^[A-Z`a-z].{20,}\.$/
  const greek = /^[^a-z]*[Α-Ωα-ωάέήίόύώΆΈΉΊΌΎΏ].{10,}\.$/
  t.same(
    rows.filter(([, , first = '', second = '']) => !english.test(first) || !greek.test(second)),
    [],
  )
})

t.test('docs/problems.md lists every fault of an imported row', async (t) => {
  const rows = rowsOf('problems.md').filter((row) => row.length === 2)
  t.same(rows.map(([code]) => code).sort(), [...faultCodes].sort())
})

t.test('a problem has a code in snake_case, a status that HTTP knows for refusals, and a title', async (t) => {
  const statuses = [400, 401, 403, 404, 408, 409, 412, 413, 415, 422, 429, 431, 500, 503]
  const kinds = problemKinds()
  t.ok(kinds.length > 100)
  t.same(
    kinds.filter(
      ({ code, status, title }) =>
        !(/^[a-z]+(_[a-z]+)*$/.test(code) && statuses.includes(status) && /^[A-Z].*[^.]$/.test(title)),
    ),
    [],
  )
})

t.test('docs/configuration.md lists every setting with its default, and tells what it means', async (t) => {
  const rows = rowsOf('configuration.md')
  const real = Object.values(settings).map(({ name, fallback }) => [name, fallback || 'none'])
  t.same(
    rows.map(([name, fallback]) => [name, fallback]),
    real,
  )
  t.same(
    rows.filter(([, , meaning = '']) => !/^\p{Lu}.*[.…]$/u.test(meaning)),
    [],
  )
})

t.test('docs/jobs.md lists every job with its time', async (t) => {
  const told = rowsOf('jobs.md').map(([name, when]) => `${name} ${when}`)
  const real = jobs.map((job) => `${job.name} ${isScheduled(job) ? job.pattern : 'when queued'}`)
  t.same(told.sort(), real.sort())
})

t.test(
  'CHANGELOG.md has releases in falling order; package, lock file and contract have the newest’s number',
  async (t) => {
    const json = (path: string) => JSON.parse(textOf(path))
    const changelog = textOf('CHANGELOG.md')
    const headings = [...changelog.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading!)
    t.equal(headings[0], '[Unreleased]')
    const releases = headings
      .slice(1)
      .map((heading) => /^\[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)$/.exec(heading)!.slice(1))
    t.ok(releases.length > 0)
    const dates = releases.map(([, date]) => date!)
    t.same(dates, dates.toSorted().reverse())
    const [newest] = releases[0]!
    t.equal(json('package.json').version, newest)
    t.equal(json('package-lock.json').version, newest)
    t.equal(json('package-lock.json').packages[''].version, newest)
    t.equal(json('openapi/openapi.json').info.version, newest)
  },
)
