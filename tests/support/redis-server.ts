// A Redis server on a free port that keeps nothing on the disk: for one run of the tests, or for one test that kills it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { freePort } from './free-port.ts'
import { findProgram } from './programs.ts'

/** A Redis server that {@link startRedisServer} has started. */
export interface RedisServer {
  url: string
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Starts a server that is empty; undefined where there is none to be had. */
export async function startRedisServer(): Promise<RedisServer | undefined> {
  const program = findProgram('redis')
  if (!program) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'saka-redis-'))
  const port = await freePort()
  let child: ChildProcess | undefined
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    start: async () => {
      const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
      const started = spawn(program, settings, { stdio: ['ignore', 'pipe', 'ignore'] })
      child = started
      await new Promise<void>((resolve, reject) => {
        started.once('error', reject)
        started.once('close', (code) => reject(new Error(`${program} ended with ${code}`)))
        started.stdout.on('data', (text) => {
          if (String(text).includes('Ready to accept connections')) resolve()
        })
      })
      started.removeAllListeners('close')
    },
    kill: async () => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    stop: async () => {
      await server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}

/** Starts a Redis server that ends with the test; undefined where there is none to be had. */
export async function startRedis(t: Test): Promise<RedisServer | undefined> {
  const server = await startRedisServer()
  if (server) t.teardown(() => server.stop())
  return server
}
