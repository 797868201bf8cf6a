import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { findProgram } from '../programs.mjs'

/** A Redis server of the test's own, on a free port. It keeps nothing on the disk unless it is asked to. */
export interface RedisServer {
  url: string
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>
}

/** Starts a Redis server that ends with the test; undefined where there is none to be had. */
export async function startRedis(t: Test): Promise<RedisServer | undefined> {
  const program = findProgram('redis')
  if (!program) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'saka-redis-'))
  const port = await freePort()
  let child: ChildProcess | undefined
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    start: async () => {
      const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
      child = spawn(program, settings, { stdio: ['ignore', 'pipe', 'ignore'] })
      for await (const text of child.stdout!) if (String(text).includes('Ready to accept connections')) break
      child.stdout!.resume()
    },
    kill: async () => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child!.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    },
  }
  await server.start()
  t.teardown(async () => {
    await server.kill()
    rmSync(folder, { recursive: true, force: true })
  })
  return server
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
