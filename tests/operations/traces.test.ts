import { createRequire } from 'node:module'
import { json } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { openTracing } from '../../src/platform/observability/tracing.ts'
import { newDatabase } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { serveHttp } from '../support/http-server.ts'
import { startProcess, stopProcess } from '../support/process.ts'
import { startSaka } from '../support/saka.ts'

const admin = { email: 'maria.admin@example.org', password: 'correct horse battery' }

/** A receiver of OTLP over HTTP, and what it has been sent. */
async function receiver(t: Test) {
  const received: any[] = []
  const paths = new Set<string>()
  const { origin } = await serveHttp(t, async (request, response) => {
    paths.add(request.url!)
    received.push(await json(request))
    response.setHeader('Content-Type', 'application/json').end('{}')
  })
  const attributes = (of: any[]) => Object.fromEntries(of.map(({ key, value }) => [key, Object.values(value)[0]]))
  return {
    url: origin,
    received,
    paths,
    names: () => received.map(({ resourceSpans: [{ resource }] }) => attributes(resource.attributes)['service.name']),
    spans: (): any[] =>
      received
        .flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }: any) => scopeSpans))
        .flatMap(({ spans }) => spans.map((span: any) => ({ ...span, facts: attributes(span.attributes) }))),
  }
}

/** The service with what OpenTelemetry's variables ask of it, to its end. */
async function serveTraced(t: Test, env: Record<string, string>, use: (address: string) => Promise<void>) {
  const first = { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password }
  const service = await startProcess(await newDatabase(t, temporaryFolder(t)), undefined, { env: { ...first, ...env } })
  t.teardown(() => service.child.kill('SIGKILL'))
  await use(service.address)
  t.equal(await stopProcess(service), 0)
}

const signIn = (address: string, headers: Record<string, string> = {}) =>
  fetch(`${address}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(admin),
  })

t.test(
  'requests, transactions and jobs are told to whoever the environment names, without a person in them',
  async (t) => {
    const { url, spans, names, received, paths } = await receiver(t)
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SERVICE_NAME: 'saka-piraeus' }
    await serveTraced(t, env, async (address) => {
      t.equal((await signIn(address)).status, 201)
      await fetch(`${address}/v/7K3D9M2QXH4T`)
      await fetch(`${address}/V/7K3D9M2QXH4T/nowhere?q=maria.admin`)
    })
    t.same([...paths], ['/v1/traces'])
    t.same([...new Set(names())], ['saka-piraeus'])
    const told = spans()
    const request = told.find(({ name }) => name === 'POST /api/v1/session')
    t.match(request, { kind: 2, facts: { 'http.route': '/api/v1/session', 'http.response.status_code': 201 } })
    const inside = told.filter(({ name, parentSpanId }) => name === 'transaction' && parentSpanId === request.spanId)
    t.ok(inside.length > 0, 'its transactions belong to it')
    t.ok(inside.every(({ traceId }) => traceId === request.traceId))
    t.match(
      told.find(({ name }) => name === 'GET /v/:code'),
      { facts: { 'http.route': '/v/:code' } },
    )
    const text = JSON.stringify(received)
    for (const secret of ['7K3D', 'maria', 'correct horse', 'nowhere']) t.notOk(text.includes(secret), secret)
  },
)

t.test('a run of a job is a span, and one that fails says so without its reason', async (t) => {
  const spans: unknown[] = []
  const begin = (name: string) => ({
    run: <Result>(work: () => Result) => work(),
    end: (facts?: unknown, failed = false) => void spans.push({ name, facts, failed }),
  })
  const { traced } = await import('../../src/traced.ts')
  const { deps } = await startSaka(t)
  const job = {
    name: 'tidy-up',
    meaning: { el: 'Τακτοποιεί.', en: 'Tidies up.' },
    pattern: '0 4 * * *',
    run: async () => {
      throw new TypeError('nobody told maria@example.org')
    },
  }
  const asked = { name: 'send-mail', meaning: job.meaning, attempt: async () => {} }
  const tracing = { begin, close: async () => {} }
  const [run, attempt] = traced({ db: deps.db, jobs: [job, asked] }, tracing).jobs as any[]
  await t.rejects(run.run(deps, {}), { message: /^nobody told/ })
  await attempt.attempt(deps, { id: 'one', payload: {}, attempts: 3 })
  t.same(spans, [
    { name: 'job tidy-up', facts: { 'error.type': 'TypeError' }, failed: true },
    { name: 'job send-mail', facts: undefined, failed: false },
  ])
})

t.test('a caller’s trace is gone on with behind a proxy only', async (t) => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`
  for (const trusted of ['true', 'false']) {
    const { url, spans } = await receiver(t)
    const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces`, TRUST_PROXY: trusted }
    await serveTraced(t, env, async (address) => void (await signIn(address, { traceparent })))
    const request = spans().find(({ name }) => name === 'POST /api/v1/session')
    t.equal(request.traceId === traceId, trusted === 'true', `trusted: ${trusted}`)
  }
})

t.test('a receiver that is away stops nobody', async (t) => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_BSP_SCHEDULE_DELAY: '10' }
  await serveTraced(t, env, async (address) => void t.equal((await signIn(address)).status, 201))
})

t.test('nobody asked: nothing is loaded', async (t) => {
  await startSaka(t)
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }
  t.equal(await openTracing({}), undefined)
  t.equal(await openTracing({ ...endpoint, OTEL_SDK_DISABLED: 'true' }), undefined)
  t.equal(await openTracing({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }), undefined)
  const loaded = () =>
    Object.keys(createRequire(import.meta.url).cache).filter((file) => /opentelemetry.sdk/.test(file))
  t.same(loaded(), [])
  await t.rejects(openTracing({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }), { message: /grpc is not spoken/ })
  const tracing = await openTracing(endpoint)
  t.not(loaded().length, 0, 'asked, it is')
  await tracing!.close()
})
