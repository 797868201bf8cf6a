import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { collectDefaultMetrics } from 'prom-client'
import t from 'tap'
import { parse } from 'yaml'
import { projectRoot } from '../../src/platform/project-root.ts'
import { startSaka } from '../support/saka.ts'

const read = (file: string) => readFileSync(join(projectRoot, 'docs', file), 'utf8')
const rules: any[] = parse(read('operations/alerts.yml')).groups.flatMap(({ rules }: any) => rules)
const dashboard = JSON.parse(read('operations/dashboard.json'))
const panels: any[] = dashboard.panels.filter(({ type }: any) => type !== 'row')
const alertExpressions = rules.map(({ expr }) => String(expr))
const panelExpressions = panels.flatMap(({ targets }) => targets.map(({ expr }: any) => String(expr)))

/** The metrics that an expression names, each with the labels that it chooses or sums by. */
const namedIn = (expression: string) => [...expression.matchAll(/\b(?:saka|nodejs|process)_\w+/g)].map(([name]) => name)

const saka = await startSaka(t, { env: { BACKUP_FOLDER: join(projectRoot, 'nowhere') } })
collectDefaultMetrics({ register: saka.deps.metrics.registry })
const { text } = await saka.stranger.get('//metrics')
/** The names of all figures that a process tells, whether they have a value yet or not. */
const told = new Set(
  [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name, type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name!],
  ),
)

t.test('alert rules and dashboard name figures that there are', async (t) => {
  t.ok(alertExpressions.length > 10 && panelExpressions.length > 20)
  for (const expression of [...alertExpressions, ...panelExpressions])
    for (const name of namedIn(expression)) t.ok(told.has(name), `${name} of ${expression}`)
})

t.test('every figure of ours is looked at by one of them', async (t) => {
  const looked = new Set([...alertExpressions, ...panelExpressions].flatMap(namedIn))
  const base = (name: string) => name.replace(/_(bucket|sum|count)$/, '')
  const bases = new Set([...looked].map(base))
  t.same(
    [...told].filter((name) => name.startsWith('saka_') && !bases.has(base(name))),
    [],
  )
})

/** The labels of our figures. Prometheus adds `job` and `instance`, and writes them over what a process tells by these names. */
const labelsTold = new Set([...text.matchAll(/[{,](\w+)="/g)].map(([, label]) => label!))

t.test('the labels that they choose by are those of the figures, or what Prometheus adds', async (t) => {
  t.notOk(labelsTold.has('job') || labelsTold.has('instance'), 'none of ours is lost')
  // Figures that have no value yet.
  const unvalued = ['place', 'kit', 'result', 'campaign', 'year', 'method', 'route', 'status']
  const labels = new Set([...labelsTold, 'job', 'instance', ...unvalued])
  for (const expression of [...alertExpressions, ...panelExpressions]) {
    const by = [...expression.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(/, */))
    const chosen = [...expression.matchAll(/[{,]\s*(\w+)\s*(?:=~|!=|=)/g)].map(([, label]) => label!)
    for (const label of [...by, ...chosen]) t.ok(labels.has(label), `${label} of ${expression}`)
    // Of all that is scraped together it is one word, never the name of one of our jobs.
    t.notOk(by.includes('job'), expression)
  }
})

t.test('every alert says what it is about and whom to wake, and docs/operations.md what to do', async (t) => {
  const page = read('operations.md')
  const sections = new Map(page.split(/^### /m).map((section) => [section.split('\n')[0]!.trim(), section]))
  t.same(
    rules.map(({ alert }) => alert).filter((alert) => !sections.has(`\`${alert}\``)),
    [],
    'each has a section',
  )
  for (const { alert, labels, annotations } of rules) {
    t.match(labels.severity, /^(page|ticket)$/, alert)
    t.match(annotations.summary, /^\S.{10,}/, alert)
    const section = sections.get(`\`${alert}\``) ?? ''
    for (const part of ['**Means.**', '**Look.**', '**Do.**']) t.match(section, part, alert)
  }
  const told = [...page.matchAll(/^### `(Saka\w+)`/gm)].map(([, alert]) => alert!)
  t.same(told.sort(), rules.map(({ alert }) => alert).sort(), 'and none is told that there is not')
})

t.test('the dashboard has panels with titles, each with a place of its own', async (t) => {
  const places = new Set<string>()
  for (const { title, description, gridPos } of panels) {
    t.match(title, /^[A-Z]/)
    t.match(description, /\.$/, title)
    places.add(`${gridPos.x} ${gridPos.y}`)
    t.ok(gridPos.x + gridPos.w <= 24, title)
  }
  t.equal(places.size, panels.length)
  t.equal(new Set(dashboard.panels.map(({ id }: any) => id)).size, dashboard.panels.length)
})
