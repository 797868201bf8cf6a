import t from 'tap'
import { startSaka } from '../support/saka.ts'
import { listen } from '../support/wire.ts'

const { api, deps } = await startSaka(t)
const json = { 'content-type': 'application/json' }
const send = (body: string, path = '/communities') => api.call('POST', path, body, json)

/** Whether the service goes on, and nothing that all objects share was touched. */
async function isUnharmed(): Promise<boolean> {
  const clean = Object.keys(Object.prototype).length === 0 && ({} as any).polluted === undefined
  return clean && (await api.get('/me')).status === 200
}

t.test('a body over two mebibytes is refused, announced or not', async (t) => {
  const wire = await listen(t, deps)
  const { key } = await api.made('/api-keys', { name: 'x', roles: [{ role: 'admin' }] })
  const authorization = `Bearer ${key}`
  const url = `${wire.address}/api/v1/communities`
  const large = JSON.stringify({ code: 'A', name: 'x'.repeat(3_000_000) })
  const announced = await fetch(url, { method: 'POST', headers: { ...json, authorization }, body: large })
  t.equal(announced.status, 413)
  const stream = new ReadableStream({
    start(controller) {
      for (let i = 0; i < 3; i++)
        controller.enqueue(new TextEncoder().encode(large.slice(i * 1_000_000, (i + 1) * 1_000_000)))
      controller.close()
    },
  })
  const init = { method: 'POST', headers: { ...json, authorization }, body: stream, duplex: 'half' }
  const chunked = await fetch(url, init as RequestInit).then(
    ({ status }) => status,
    () => 'cut off',
  )
  t.ok([413, 'cut off'].includes(chunked), String(chunked))
  t.equal((await send(JSON.stringify({ code: 'K', name: 'χωρά' }))).status, 201)
})

t.test('a body a hundred thousand levels deep is refused and breaks nothing', async (t) => {
  const deep = 200_000
  for (const body of [
    '['.repeat(deep),
    '['.repeat(deep) + ']'.repeat(deep),
    `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`,
  ]) {
    t.equal((await send(body)).status, 400)
    t.equal((await send(`{"code":"D","name":${body}}`)).status, 400, 'inside a field too')
  }
  t.ok(await isUnharmed())
})

t.test('a list with a hundred thousand faults is answered with a hundred', async (t) => {
  const items = Array.from({ length: 100_000 }, () => 0)
  const answer = await send(JSON.stringify({ name: 'σετ', items }), '/kits')
  t.equal(answer.status, 400)
  t.equal(answer.json.errors.length, 100)
})

t.test('what is in every object cannot be changed through a body, an address or a header', async (t) => {
  const poison = [
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"code":"P","name":"Π","__proto__":{"polluted":1}}',
    '{"code":"P","name":"Π","\\u005f\\u005fproto\\u005f\\u005f":{"polluted":1}}',
    '{"name":"σετ","items":[{"__proto__":{"polluted":1},"name":"x","quantity":1,"unitCostCents":1}]}',
  ]
  for (const body of poison) t.equal((await send(body)).status, 400, body)
  for (const query of [
    '__proto__[polluted]=1',
    'constructor[prototype][polluted]=1',
    '__proto__.polluted=1',
    '__proto__=1',
    'q=1&q=2&__proto__=x',
  ])
    t.ok([200, 400].includes((await api.get(`/schools?${query}`)).status), query)
  for (const id of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
    t.equal((await api.get(`/schools/${id}`)).status, 400, id)
  t.ok(await isUnharmed())
})

t.test('names that every object has are names like any other', async (t) => {
  for (const [i, word] of ['constructor', '__proto__', 'toString', 'valueOf'].entries()) {
    const made = await api.post('/communities', { code: `W${i}`, name: word })
    t.match(made, { status: 201, json: { name: word } })
  }
  const csv = 'code;name;community\n9000001;__proto__;constructor\n'
  t.match(await api.upload('/school-imports?createCommunities=true', csv), { status: 200, json: { created: 1 } })
  t.ok(await isUnharmed())
})

t.test('a parameter given twice is refused or taken once, never guessed at', async (t) => {
  t.equal((await api.get('/schools?limit=1&limit=500')).status, 400)
  t.equal((await api.get('/locations?kind=school&kind=warehouse')).status, 400)
  t.match(
    await send('{"code":"T1","name":"Α","name":"Β"}'),
    { status: 201, json: { name: 'Β' } },
    'as RFC 8259 readers do',
  )
})

t.test('a number is a number, and of the size that it may have', async (t) => {
  const kit = (quantity: string) =>
    send(`{"name":"σετ","items":[{"name":"x","quantity":${quantity},"unitCostCents":1}]}`, '/kits')
  for (const quantity of ['1e400', '-1', '1.5', '"1"', '99999999999999999999', 'null', '[1]', '{"valueOf":1}', 'true'])
    t.equal((await kit(quantity)).status, 400, quantity)
  t.equal((await kit('1')).status, 201)
})
