import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Test } from 'tap'

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
  const server = createServer(async (request, response) => {
    const sms = (await json(request)) as SmsGatewayServer['texts'][number]
    if (gateway.status === 200) gateway.texts.push(sms)
    response.writeHead(gateway.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ reference: `sms-${gateway.texts.length}` }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.address() as AddressInfo
  gateway.env = {
    SMS_GATEWAY_URL: `http://127.0.0.1:${port}/sms`,
    SMS_GATEWAY_TOKEN: 'token',
    SMS_PER_SECOND: '1000',
  }
  return gateway
}
