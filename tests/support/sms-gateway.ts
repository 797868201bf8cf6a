import { json } from 'node:stream/consumers'
import type { Test } from 'tap'
import { serveHttp } from './http-server.ts'

/** Starts a gateway for text messages that speaks as `docs/sms-gateway.md` says; it ends with the test. */
export async function startSmsGateway(t: Test) {
  const gateway = {
    /** What it has taken. */
    texts: [] as { to: string; text: string; id: string }[],
    /** What it answers to the next ones. */
    status: 200,
    /** The settings that lead to it. */
    env: {} as Record<string, string>,
  }
  const { origin } = await serveHttp(t, async (request, response) => {
    const sms = (await json(request)) as (typeof gateway.texts)[number]
    if (gateway.status === 200) gateway.texts.push(sms)
    response.writeHead(gateway.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ reference: `sms-${gateway.texts.length}` }))
  })
  gateway.env = { SMS_GATEWAY_URL: `${origin}/sms`, SMS_GATEWAY_TOKEN: 'token', SMS_PER_SECOND: '1000' }
  return gateway
}
