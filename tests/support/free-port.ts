import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * A port of this machine that is free: of those below what systems give to connections that go out, or one of these might have it by the time
 * that a server listens on it, or starts again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
