// A Redis server on a free port that keeps nothing on the disk: for one run of the tests, or for one test that kills it.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.mjs'
import { findProgram } from './programs.mjs'

/** Starts a server that is empty. Answers its address, how to kill it, start it again, and end it; undefined where there is none to be had. */
export async function startRedisServer() {
  const program = findProgram('redis')
  if (!program) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'saka-redis-'))
  const port = await freePort()
  let child
  const server = {
    url: `redis://127.0.0.1:${port}`,
    start: async () => {
      const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]
      child = spawn(program, settings, { stdio: ['ignore', 'pipe', 'ignore'] })
      await new Promise((resolve, reject) => {
        child.once('error', reject)
        child.once('close', (code) => reject(new Error(`${program} ended with ${code}`)))
        child.stdout.on('data', (text) => String(text).includes('Ready to accept connections') && resolve())
      })
      child.removeAllListeners('close')
    },
    kill: async () => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
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
