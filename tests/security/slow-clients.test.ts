import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { startSaka } from '../support/saka.ts'
import { listen, request, statusesIn } from '../support/wire.ts'

const { deps, api } = await startSaka(t)
const wire = await listen(t, deps, { headerSeconds: 1, bodySeconds: 1, uploadSeconds: 600 })

/** A client that goes on sending `drip` for as long as anybody listens, and what it heard. */
function drip(t: Test, head: string, more: string): { socket: Socket; heard: Promise<string> } {
  const socket = connect(wire.port, '127.0.0.1')
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes
  })
  socket.on('error', () => undefined)
  socket.write(head)
  const dripping = setInterval(() => socket.writable && socket.write(more), 200)
  t.teardown(() => {
    clearInterval(dripping)
    socket.destroy()
  })
  return { socket, heard: new Promise((resolve) => socket.on('close', () => resolve(text))) }
}

const post = (headers: Record<string, string>) =>
  request('POST /api/v1/session', { 'Content-Type': 'application/json', ...headers })

t.test(
  'a hundred clients that never finish their headers are cut off, and an honest one is answered meanwhile',
  async (t) => {
    const slow = Array.from(
      { length: 100 },
      () => drip(t, 'GET /healthz HTTP/1.1\r\nHost: a\r\n', 'X-Slow: 1\r\n').heard,
    )
    t.equal((await fetch(`${wire.address}/healthz`)).status, 200)
    for (const heard of await Promise.all(slow)) {
      t.same(statusesIn(heard), [408])
      t.match(heard, '"code":"request_too_slow"')
    }
  },
)

t.test('a connection on which nothing is said is closed', async (t) => {
  await drip(t, '', '').heard
})

t.test('a body that trickles in is refused in time, and its connection ends', async (t) => {
  const { heard } = drip(t, post({ 'Content-Length': '2000000' }), '{')
  const text = await heard
  t.same(statusesIn(text), [408])
  t.match(text, 'application/problem+json')
  t.same(
    statusesIn(await drip(t, post({ 'Transfer-Encoding': 'chunked' }), '1\r\n{\r\n').heard),
    [408],
    'in chunks too',
  )
})

t.test('a client that goes on with a body that was refused is cut off, and nobody else notices', async (t) => {
  const { heard } = drip(t, post({ 'Content-Length': '3000000' }), '{')
  t.same(statusesIn(await heard), [413])
  const nowhere = request('POST /nowhere', { 'Content-Type': 'application/json', 'Content-Length': '2000' })
  t.same(statusesIn(await drip(t, nowhere, '{').heard), [408], 'one for nowhere too')
  t.equal((await fetch(`${wire.address}/healthz`)).status, 200)
})

t.test('a body that comes in pieces but in time is read', async (t) => {
  const body = JSON.stringify({ email: 'nobody@example.org', password: 'not the password' })
  const { socket, heard } = drip(t, post({ 'Content-Length': String(body.length), Connection: 'close' }), '')
  for (const piece of body.match(/.{1,20}/g)!) {
    socket.write(piece)
    await new Promise(setImmediate)
  }
  t.same(statusesIn(await heard), [401])
})

t.test('a file may take longer than any other body', async (t) => {
  const { key } = await api.made('/api-keys', { name: 'αρχεία', roles: [{ role: 'admin' }] })
  const head = request('POST /api/v1/school-imports?dryRun=true', {
    Authorization: `Bearer ${key}`,
    'Content-Type': 'text/csv',
    'Content-Length': '2000',
    Connection: 'close',
  })
  const { socket, heard } = drip(t, `${head}code;name;community\n`, '\n')
  await new Promise((resolve) => setTimeout(resolve, 1500))
  t.ok(socket.writable, 'it goes on')
  socket.write('\n'.repeat(2000))
  t.not(statusesIn(await heard)[0], 408)
})

t.test('headers larger than they need be are refused', async (t) => {
  for (const headers of [
    { Cookie: 'x'.repeat(20_000) },
    Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`X-${i}`, 'some value'])),
  ]) {
    const heard = await wire.say(request('GET /healthz', headers))
    t.same(statusesIn(heard), [431])
    t.match(heard, '"code":"headers_too_large"')
  }
  t.same(statusesIn(await wire.say(request(`GET /${'a'.repeat(20_000)}`))), [431], 'an address too')
  t.same(statusesIn(await wire.say(request('GET /healthz', { Cookie: 'x'.repeat(2000), Connection: 'close' }))), [200])
})
