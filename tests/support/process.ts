import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { projectRoot } from '../../src/platform/project-root.ts'

/** The service in a process of its own. */
export interface ServiceProcess {
  child: ChildProcess
  /** `http://127.0.0.1:43210` */
  address: string
  /** What it has logged since. */
  log: Record<string, unknown>[]
}

/**
 * Starts the service on the database that these settings name and waits until it listens. With `killed` it dies by itself: the module at
 * `by`, loaded before it, sends it SIGKILL at the moment that it calls `at`. `shell` goes before it on the command line.
 */
export async function startProcess(
  database: Record<string, string>,
  killed?: { by: string; at: string },
  {
    command = 'serve',
    env = {},
    uid,
    shell = '',
  }: { command?: string; env?: Record<string, string>; uid?: number; shell?: string } = {},
): Promise<ServiceProcess> {
  const options = killed ? [`--import=${join(projectRoot, killed.by)}`] : []
  // Without what the test runner puts into every process: the service must be as it is in use.
  const run = `unset NODE_OPTIONS; ${shell} exec "$0" "$@"`
  const child = spawn('sh', ['-c', run, process.execPath, ...options, join(projectRoot, 'src/main.ts'), command], {
    env: {
      ...process.env,
      ...(killed && { KILL_AT: killed.at }),
      PORT: '0',
      HOST: '127.0.0.1',
      BASE_URL: 'https://saka.example.org',
      ...database,
      LOG_LEVEL: 'info',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid && { uid, gid: uid }),
  })
  const log: ServiceProcess['log'] = []
  const lines = createInterface({ input: child.stdout! })
  const address = await new Promise<string>((found, fail) => {
    lines.on('line', (line) => {
      log.push(JSON.parse(line))
      const listening = /listening on (http:\/\/[\d.:]+)/.exec(line)?.[1]
      if (listening) found(listening)
    })
    lines.on('close', () => fail(new Error('the service did not start')))
  })
  return { child, address, log }
}

/** Starts one that is `killed`, has it asked, and answers how it ended, `[code, signal]`, once it is dead. */
export async function killedProcess(
  database: Record<string, string>,
  killed: { by: string; at: string },
  ask: (address: string) => Promise<unknown>,
): Promise<unknown[]> {
  const { child, address } = await startProcess(database, killed)
  const dead = once(child, 'exit')
  await ask(address)
  return dead
}

/** Asks it to stop and answers its exit code. */
export async function stopProcess({ child }: ServiceProcess): Promise<number | null> {
  const ended = once(child, 'exit') as Promise<[number | null]>
  child.kill('SIGTERM')
  return (await ended)[0]
}
