import { connect } from 'node:net'
import type { Test } from 'tap'
import type { AllDeps } from '../../src/deps.ts'
import type { Config } from '../../src/platform/config/config.ts'
import { serve } from '../../src/serve.ts'

/** A service on a port of its own, as whoever can reach the machine meets it. */
export interface Wire {
  port: number
  address: string
  /** Writes `parts` on a connection of its own and answers all that came back until the other side hung up. */
  say(...parts: string[]): Promise<string>
}

/** Listens on a free port of this machine; it ends with the test. */
export async function listen(t: Test, deps: AllDeps, change: Partial<Config> = {}): Promise<Wire> {
  const service = await serve({ ...deps, config: { ...deps.config, port: 0, ...change } })
  t.teardown(() => service.close())
  const port = Number(new URL(service.address).port)
  const say = (...parts: string[]) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      let heard = ''
      socket.setEncoding('latin1')
      socket.on('data', (text) => {
        heard += text
      })
      socket.on('close', () => resolve(heard))
      socket.on('error', (error: NodeJS.ErrnoException) => (heard ? resolve(heard) : reject(error)))
      for (const part of parts) socket.write(part, 'latin1')
    })
  return { port, address: service.address, say }
}

/** A request as it goes over the wire. */
export function request(line: string, headers: Record<string, string> = {}, body = ''): string {
  const head = Object.entries({ Host: 'saka.example.org', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line} HTTP/1.1\r\n${head.join('')}\r\n${body}`
}

/** The statuses of the answers in what was heard, in order. */
export const statusesIn = (heard: string) =>
  [...heard.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
