import { createServer } from 'node:net'
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core'
import type { Test } from 'tap'
import { findChromium } from '../chromium.mjs'
import { type Saka, startSaka } from './saka.ts'
import { listen } from './wire.ts'

/** A service that a browser reaches under its own name, and a browser. */
export interface Browsed {
  saka: Saka
  /** Where the pages are. `localhost` is as good as TLS to a browser. */
  origin: string
  context: BrowserContext
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Opens a headless Chromium before a service of its own; both end with the test. Undefined, with a skip, where there is none. */
export async function browse(
  t: Test,
  { env = {}, ...options }: BrowserContextOptions & { env?: Record<string, string> } = {},
): Promise<Browsed | undefined> {
  const executablePath = findChromium()
  if (!executablePath) {
    t.test('in Chromium', { skip: 'it is not here: install it, or name it in CHROMIUM' }, async () => {})
    return undefined
  }
  const port = await freePort()
  const origin = `http://localhost:${port}`
  // A browser goes by its own clock: what ran out in 2023 it does not keep.
  const saka = await startSaka(t, { now: new Date().toISOString(), env: { ...env, BASE_URL: origin } })
  await listen(t, saka.served, { port })
  const browser = await chromium.launch({ executablePath, args: flags })
  t.teardown(() => browser.close())
  return { saka, origin, context: await browser.newContext({ locale: 'el-GR', ...options }) }
}

/** A port that was free a moment ago: the service has to know its own address before it listens. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
