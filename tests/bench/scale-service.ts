import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { processorTime } from './processor-time.ts'

const account = { email: 'admin@example.org', password: 'correct horse battery staple' }

/** The program that is measured. */
export const main = join(import.meta.dirname, '../../src/main.ts')

/** The service as it is built, in a process of its own, and a client that has signed in. */
export interface ScaleService {
  address: string
  env: Record<string, string>
  call(
    method: string,
    path: string,
    body?: string | object | Readable,
    headers?: Record<string, string>,
  ): Promise<IncomingMessage>
  /** {@link call} whose answer is read; throws for one that is an error. */
  made(method: string, path: string, body?: string | object | Readable): Promise<any>
  /** Processor time that it has had, in seconds: the same however much else the machine has to do. */
  cpuSeconds(): number
  /** The most memory that it had since it was asked last, in MB. */
  peakMegabytes(): number
  stop(): Promise<void>
}

/** Starts it on a database that is empty, for a client of at most `connections` connections. */
export async function startService(databaseUrl: string, connections: number): Promise<ScaleService> {
  const folder = mkdtempSync(join(tmpdir(), 'saka-bench-'))
  const env = {
    PATH: process.env.PATH ?? '',
    DATABASE_URL: databaseUrl,
    DATA_FOLDER: folder,
    PORT: '0',
    ADMIN_EMAIL: account.email,
    ADMIN_PASSWORD: account.password,
    // One key scans for all schools at once.
    RATE_LIMIT_SCANS: '0',
  }
  // For a profiler: `SERVICE_NODE_OPTIONS=--cpu-prof`.
  const options = (process.env.SERVICE_NODE_OPTIONS ?? '').split(' ').filter(Boolean)
  const child = spawn(process.execPath, [...options, main, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'], env })
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)
  const address = await addressOf(child)
  // Import and reconciliation take longer than fetch waits for a head.
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  let cookie = ''

  const call: ScaleService['call'] = async (method, path, body, headers = {}) => {
    const type = typeof body === 'string' || body instanceof Readable ? 'text/csv' : 'application/json'
    const sent = request(`${address}/api/v1${path}`, {
      method,
      agent,
      headers: { cookie, ...(body !== undefined && { 'content-type': type }), ...headers },
    })
    const answered = new Promise<IncomingMessage>((resolve, reject) =>
      sent.once('response', resolve).once('error', reject),
    )
    if (body instanceof Readable) await pipeline(body, sent)
    else sent.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body))
    const response = await answered
    if (response.headers['set-cookie']) cookie = response.headers['set-cookie'][0]!.split(';')[0]!
    return response
  }
  const made: ScaleService['made'] = async (method, path, body) => {
    const response = await call(method, path, body)
    const answer = await text(response)
    if (response.statusCode! >= 400) throw new Error(`${path} answered ${response.statusCode}: ${answer.slice(0, 500)}`)
    return JSON.parse(answer)
  }
  await made('POST', '/session', account)
  return {
    ...{ address, env, call, made },
    cpuSeconds: () => processorTime([child.pid!]) / 1000,
    peakMegabytes: () => {
      const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024
      // Linux: the peak begins anew at what is used now.
      writeFileSync(`/proc/${child.pid}/clear_refs`, '5')
      return peak
    },
    stop: async () => {
      agent.destroy()
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      process.off('exit', kill)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    child.once('exit', () => failed(new Error('the service ended')))
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const listening = /listening on (\S+?)"/.exec(line)?.[1]
      if (listening) found(listening)
      // What goes wrong is in the log.
      if (/"level":"?(50|60|error|fatal)/.test(line)) process.stderr.write(`${line}\n`)
    })
  })
}
