import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import type { Test } from 'tap'
import { openChromium } from './chromium.ts'
import { freePort } from './free-port.ts'
import { type Saka, startSaka } from './saka.ts'
import { listen } from './wire.ts'

/** A service that a browser reaches under its own name, and a browser. */
export interface Browsed {
  saka: Saka
  /** Where the pages are. `localhost` is as good as TLS to a browser. */
  origin: string
  context: BrowserContext
}

/** Opens a headless Chromium before a service of its own; both end with the test. Undefined, with a skip, where there is none. */
export async function browse(
  t: Test,
  { env = {}, ...options }: BrowserContextOptions & { env?: Record<string, string> } = {},
): Promise<Browsed | undefined> {
  let browser: Browser
  try {
    browser = await openChromium()
  } catch (error) {
    t.test('in Chromium', { skip: (error as Error).message }, async () => {})
    return undefined
  }
  const port = await freePort()
  const origin = `http://localhost:${port}`
  // A browser goes by its own clock: what ran out in 2023 it does not keep.
  const saka = await startSaka(t, { now: new Date().toISOString(), env: { ...env, BASE_URL: origin } })
  await listen(t, saka.served, { port })
  return { saka, origin, context: await browser.newContext({ locale: 'el-GR', ...options }) }
}
