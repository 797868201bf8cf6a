import { json } from 'node:stream/consumers'
import type { Test } from 'tap'
import { serveHttp } from './http-server.ts'

/** A gateway for text messages on this machine, and what it has taken. */
export interface SmsGatewayServer {
  texts: { to: string; text: string; id: string }[]
  /** What it answers to the next ones. */
  status: number
  /** The settings that lead to it. */
  env: Record<string, string>
}

/** Starts a gateway that speaks as `docs/sms-gateway.md` says; it ends with the test. */
export async function startSmsGateway(t: Test): Promise<SmsGatewayServer> {
  const gateway: SmsGatewayServer = { texts: [], status: 200, env: {} }
  const { origin } = await serveHttp(t, async (request, response) => {
    const sms = (await json(request)) as SmsGatewayServer['texts'][number]
    if (gateway.status === 200) gateway.texts.push(sms)
    response.writeHead(gateway.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ reference: `sms-${gateway.texts.length}` }))
  })
  gateway.env = { SMS_GATEWAY_URL: `${origin}/sms`, SMS_GATEWAY_TOKEN: 'token', SMS_PER_SECOND: '1000' }
  return gateway
}
