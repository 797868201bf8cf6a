import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { type InvalidConfig, readConfig } from '../../src/platform/config/config.ts'
import { AddressRefused, ChannelDown, DeliveryDelayed, DeliveryDoubtful } from '../../src/platform/delivery.ts'
import type { Sms } from '../../src/platform/sms/request.ts'
import { openSmsGateway, type SmsGateway } from '../../src/platform/sms/sms.ts'
import { serveHttp } from '../support/http-server.ts'

const sms: Sms = { to: '+306900000001', text: 'Η σάκα σας περιμένει', id: '018a8f3c-0000-7000-8000-000000000001' }
const account = `AC${'0'.repeat(32)}`

interface Call {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

type Answering = (response: ServerResponse, call: Call, request: IncomingMessage) => void

/** Starts a gateway that answers as `answering` does; it ends with the test. */
async function startGateway(t: Test, answering: Answering) {
  const calls: Call[] = []
  const { server, origin } = await serveHttp(t, async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const call = { method: request.method!, path: request.url!, headers: request.headers, body }
    calls.push(call)
    answering(response, call, request)
  })
  return { calls, server, origin }
}

const answer =
  (status: number, body: unknown = {}, headers: Record<string, string> = {}): Answering =>
  (response) =>
    response
      .writeHead(status, { 'Content-Type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body))

const generic = (url: string, more = {}, patienceMilliseconds?: number): SmsGateway =>
  openSmsGateway(
    readConfig({ SMS_GATEWAY_URL: url, SMS_GATEWAY_TOKEN: 'secret-token', SMS_FROM: 'SAKA', ...more }),
    patienceMilliseconds,
  )!
const twilio = (url: string, more = {}): SmsGateway =>
  generic(url, { SMS_GATEWAY_KIND: 'twilio', SMS_GATEWAY_ACCOUNT: account, SMS_FROM: '+15005550006', ...more })

async function failure(gateway: SmsGateway, sent = sms): Promise<Error & { retryAfterSeconds?: number }> {
  return gateway.send(sent).then(
    () => {
      throw new Error('it was taken')
    },
    (error) => error,
  )
}

t.test('a message is handed to the municipality’s gateway as its contract says', async (t) => {
  const { origin, calls } = await startGateway(t, answer(202, { reference: 'm-17' }))
  t.same(await generic(`${origin}/sms?plan=a`).send(sms), { reference: 'm-17' })
  const [call] = calls
  t.match(call, {
    method: 'POST',
    path: '/sms?plan=a',
    headers: {
      authorization: 'Bearer secret-token',
      'content-type': 'application/json',
      'idempotency-key': sms.id,
      connection: 'close',
    },
  })
  t.same(JSON.parse(call!.body), { to: sms.to, text: sms.text, from: 'SAKA', id: sms.id })
})

t.test('a message that was taken is taken, whatever the answer looks like', async (t) => {
  const cases: [unknown, string | null][] = [
    [{ reference: 4711 }, '4711'],
    [{ reference: '' }, null],
    [{ reference: { deep: true } }, null],
    [{ reference: 'x'.repeat(1000) }, 'x'.repeat(200)],
    ['OK', null],
    ['', null],
    ['null', null],
    ['[]', null],
  ]
  for (const [body, reference] of cases) {
    const { origin } = await startGateway(t, answer(200, body))
    t.same(await generic(origin).send(sms), { reference }, JSON.stringify(body).slice(0, 40))
  }
  const cut = await startGateway(t, (response) => {
    response.writeHead(200, { 'Content-Length': '100' }).write('{"reference":')
    setTimeout(() => response.destroy(), 20)
  })
  t.same(await generic(cut.origin).send(sms), { reference: null }, 'cut off')
})

t.test('what a gateway refuses is told apart by whom it hits', async (t) => {
  const cases: [number, new (message: string) => Error][] = [
    [422, AddressRefused],
    [400, DeliveryDelayed],
    [409, DeliveryDelayed],
    [429, DeliveryDelayed],
    [500, DeliveryDelayed],
    [502, DeliveryDelayed],
    [504, DeliveryDelayed],
    [401, ChannelDown],
    [403, ChannelDown],
    [404, ChannelDown],
    [503, ChannelDown],
    [302, ChannelDown],
  ]
  for (const [status, kind] of cases) {
    const { origin, calls } = await startGateway(
      t,
      answer(status, { error: `${sms.to} is not good`, reference: 'x' }, { Location: '/elsewhere' }),
    )
    const error = await failure(generic(origin))
    t.type(error, kind, String(status))
    t.notMatch(`${error.message} ${error.stack} ${error.cause}`, /306900000001|not good|secret/)
    t.equal(calls.length, 1, 'and nothing is followed or repeated')
  }
})

t.test('a gateway says how long to wait, in seconds or by its own clock', async (t) => {
  const cases: [Record<string, string>, number | undefined][] = [
    [{ 'Retry-After': '120' }, 120],
    [{ 'Retry-After': '0' }, 0],
    [{ 'Retry-After': '99999999' }, 86_400],
    [{ 'Retry-After': 'Mon, 11 Sep 2023 06:31:30 GMT', Date: 'Mon, 11 Sep 2023 06:30:00 GMT' }, 90],
    [{ 'Retry-After': 'Mon, 11 Sep 2023 06:29:00 GMT', Date: 'Mon, 11 Sep 2023 06:30:00 GMT' }, 0],
    [{ 'Retry-After': 'soon' }, undefined],
    [{}, undefined],
  ]
  for (const status of [429, 503]) {
    for (const [headers, seconds] of cases) {
      const { origin } = await startGateway(t, answer(status, {}, headers))
      t.equal((await failure(generic(origin))).retryAfterSeconds, seconds, JSON.stringify(headers))
    }
  }
})

t.test('a gateway that is not there is down; one that breaks off after the call leaves doubt', async (t) => {
  const { origin, server } = await startGateway(t, answer(200))
  await new Promise((resolve) => server.close(resolve))
  t.type(await failure(generic(origin)), ChannelDown, 'refused')
  t.type(await failure(generic('https://no-such-host.invalid/')), ChannelDown, 'no such name')
  t.type(await failure(generic(origin.replace('http:', 'https:'))), ChannelDown, 'refused under TLS')

  const hanging = await startGateway(t, () => {})
  const slow = await failure(generic(hanging.origin, {}, 2_000))
  t.type(slow, DeliveryDoubtful, 'no answer in time')
  t.notMatch(`${slow.message} ${slow.stack}`, /306900000001|secret/)
  const cutting = await startGateway(t, (_response, _call, request) => request.socket.destroy())
  t.type(await failure(generic(cutting.origin)), DeliveryDoubtful, 'cut off')
  t.equal(hanging.calls.length + cutting.calls.length, 2, 'and neither was called again')
})

t.test('a number that is none costs no call', async (t) => {
  const { origin, calls } = await startGateway(t, answer(200))
  for (const to of ['6900000001', '+0900', '+30 6900000001', '', '+306900000001\r\nX: 1', '++306900000001'])
    t.type(await failure(generic(origin), { ...sms, to }), AddressRefused)
  t.equal(calls.length, 0)
})

t.test('Twilio is spoken to in its own words', async (t) => {
  const { origin, calls } = await startGateway(t, answer(201, { sid: `SM${'1'.repeat(32)}`, status: 'queued' }))
  t.same(await twilio(`${origin}/`).send(sms), { reference: `SM${'1'.repeat(32)}` })
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  t.match(calls[0], {
    method: 'POST',
    path: `/2010-04-01/Accounts/${account}/Messages.json`,
    headers: { authorization: basic(`${account}:secret-token`), 'content-type': 'application/x-www-form-urlencoded' },
  })
  t.same(Object.fromEntries(new URLSearchParams(calls[0]!.body)), { To: sms.to, From: '+15005550006', Body: sms.text })

  const service = `MG${'a'.repeat(32)}`
  await twilio(origin, { SMS_FROM: service, SMS_GATEWAY_TOKEN: 'SK1:its-secret' }).send(sms)
  t.equal(calls[1]!.headers.authorization, basic('SK1:its-secret'))
  t.match(calls[1]!.path, account)
  t.equal(new URLSearchParams(calls[1]!.body).get('MessagingServiceSid'), service)
  t.equal(new URLSearchParams(calls[1]!.body).has('From'), false)
})

t.test('Twilio’s errors are told apart by whom they hit', async (t) => {
  const cases: [number, number, new (message: string) => Error][] = [
    [400, 21211, AddressRefused],
    [400, 21610, AddressRefused],
    [400, 21614, AddressRefused],
    [400, 21606, ChannelDown],
    [401, 20003, ChannelDown],
    [400, 21408, DeliveryDelayed],
    [429, 20429, DeliveryDelayed],
    [503, 20503, ChannelDown],
    [500, 20500, DeliveryDoubtful],
    [504, 0, DeliveryDoubtful],
  ]
  for (const [status, code, kind] of cases) {
    const message = `The 'To' number ${sms.to} is not valid`
    const { origin } = await startGateway(t, answer(status, { code, message, more_info: '', status }))
    const error = await failure(twilio(origin))
    t.type(error, kind, String(code))
    t.notMatch(`${error.message} ${error.stack}`, '306900000001')
  }
})

t.test('without a gateway there is none; half of one stops the start, with everything that is wrong', async (t) => {
  t.equal(openSmsGateway(readConfig({})), undefined)
  const faultsOf = (env: Record<string, string>) => {
    try {
      readConfig(env)
      return []
    } catch (error) {
      return (error as InvalidConfig).faults
    }
  }
  const url = 'https://sms.example.org/send'
  t.same(faultsOf({ SMS_GATEWAY_URL: url }), ['SMS_GATEWAY_URL and SMS_GATEWAY_TOKEN must be given together.'])
  t.same(faultsOf({ SMS_GATEWAY_URL: url, SMS_GATEWAY_TOKEN: 't', SMS_GATEWAY_KIND: 'twilio' }), [
    'SMS_GATEWAY_KIND twilio must be given together with SMS_GATEWAY_ACCOUNT and SMS_FROM.',
  ])
  t.same(
    faultsOf({
      SMS_GATEWAY_URL: 'http://sms.example.org/',
      SMS_GATEWAY_KIND: 'pigeon',
      SMS_GATEWAY_TOKEN: 'two words',
      SMS_GATEWAY_ACCOUNT: '../AC',
      SMS_FROM: 'A name that is too long',
      MAIL_PER_SECOND: '0',
      SMS_PER_SECOND: 'fast',
    }),
    [
      'MAIL_PER_SECOND must be a whole number from 1 to 1000.',
      'SMS_GATEWAY_URL must be an https address without a password in it.',
      'SMS_GATEWAY_KIND must be one of http, twilio.',
      'SMS_GATEWAY_ACCOUNT must be letters and digits, as in an Account SID.',
      'SMS_GATEWAY_TOKEN must be printable ASCII without spaces.',
      'SMS_FROM must be a number, or at most 11 Latin letters, digits and spaces.',
      'SMS_PER_SECOND must be a whole number from 1 to 1000.',
    ],
  )
  t.match(readConfig({}), { mailPerSecond: 10, smsPerSecond: 1 })
})
