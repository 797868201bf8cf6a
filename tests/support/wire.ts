import { connect } from 'node:net'
import type { Test } from 'tap'
import type { AllDeps } from '../../src/deps.ts'
import type { Config } from '../../src/platform/config/config.ts'
import { serve } from '../../src/serve.ts'

/** Has a service listen on a free port of this machine, as whoever can reach that meets it; it ends with the test. */
export async function listen(t: Test, deps: AllDeps, change: Partial<Config> = {}) {
  const service = await serve({ ...deps, config: { ...deps.config, port: 0, ...change } })
  t.teardown(() => service.close())
  const port = Number(new URL(service.address).port)
  /** Writes `parts` on a connection of its own and answers all that came back until the other side hung up. */
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
