import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Deps } from '../../src/deps.ts'
import { databaseOf } from './engine.ts'

/** The service in a process of its own. */
export interface ServiceProcess {
  child: ChildProcess
  /** `http://127.0.0.1:43210` */
  address: string
}

/**
 * Starts the service on the database of `deps` and waits until it listens. With `killed` it dies by itself: the module at
 * `by`, loaded before it, sends it SIGKILL at the moment that it calls `at`.
 */
export async function startProcess(deps: Deps, killed?: { by: string; at: string }): Promise<ServiceProcess> {
  const loaded = ['--import=tsx', ...(killed ? [`--import=${resolve(killed.by)}`] : [])]
  const child = spawn(process.execPath, [...loaded, resolve('src/main.ts'), 'serve'], {
    env: {
      ...process.env,
      ...(killed && { KILL_AT: killed.at }),
      PORT: '0',
      HOST: '127.0.0.1',
      BASE_URL: 'https://saka.example.org',
      ...databaseOf(deps),
      LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout! })) {
    const address = /listening on (http:\/\/[\d.:]+)/.exec(line)?.[1]
    if (address) return { child, address }
  }
  throw new Error('the service did not start')
}
