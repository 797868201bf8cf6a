import t from 'tap'
import { startSaka } from '../support/saka.ts'
import { listen, request, statusesIn } from '../support/wire.ts'

const { deps } = await startSaka(t)
const wire = await listen(t, deps)
const hidden = request('GET /healthz', { Connection: 'close' })

t.test('two requests behind each other are two requests: what is smuggled would be seen', async (t) => {
  t.same(statusesIn(await wire.say(request('GET /healthz'), hidden)), [200, 200])
})

const ambiguous: Record<string, string> = {
  'a length and chunks': `POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'chunks and a length': `POST /api/v1/session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`,
  'two lengths': `POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n`,
  'a length that is a list': `POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 44\r\n\r\n`,
  'a length with a sign': `POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n`,
  'a negative length': `POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n`,
  'a length in hex': `POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 0x0\r\n\r\n`,
  'an unknown coding after chunks': `POST /api/v1/session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
  'chunks twice, once in disguise': `POST /api/v1/session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n`,
  'a coding with a tab in its name': `POST /api/v1/session HTTP/1.1\r\nHost: a\r\nTransfer-\tEncoding: chunked\r\n\r\n0\r\n\r\n`,
  'a space before the colon': `POST /api/v1/session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
  'a header that goes on in the next line': `POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n X: 1\r\n\r\n`,
  'a line that ends too early': `POST /api/v1/session HTTP/1.1\nHost: a\nContent-Length: 0\n\n`,
  'a bare carriage return': `POST /api/v1/session HTTP/1.1\r\nHost: a\rContent-Length: 44\r\n\r\n`,
  'a chunk whose size is no number': `POST /api/v1/session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n`,
  'a chunk larger than any number': `POST /api/v1/session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n`,
  'no host at all': `POST /api/v1/session HTTP/1.1\r\nContent-Length: 0\r\n\r\n`,
  'a version that is none': `POST /api/v1/session HTTP/1.9\r\nHost: a\r\nContent-Length: 0\r\n\r\n`,
}

t.test('a request whose end is not clear ends the connection, and nothing behind it is answered', async (t) => {
  for (const [what, head] of Object.entries(ambiguous)) {
    const heard = await wire.say(head, hidden)
    const statuses = statusesIn(heard)
    t.ok(statuses.length <= 1, `${what}: ${statuses}`)
    t.ok(
      statuses.every((status) => status >= 400),
      `${what}: ${statuses}`,
    )
    t.notMatch(heard, 'alive', what)
  }
})

t.test('what is not HTTP is answered by a problem that tells nothing of us', async (t) => {
  const heard = await wire.say('GET / NOTHTTP\r\n\r\n')
  t.same(statusesIn(heard), [400])
  t.match(heard, 'application/problem+json')
  t.match(heard, '"code":"malformed_request"')
  t.notMatch(heard, /fastify|node|HPE_|at .*\.js/i)
})
