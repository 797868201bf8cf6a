import type { Browser, BrowserContextOptions } from 'playwright-core'
import type { Test } from 'tap'
import { openChromium } from './chromium.ts'
import { freePort } from './free-port.ts'
import { startSaka } from './saka.ts'
import { listen } from './wire.ts'

/** Opens a headless Chromium before a service of its own; both end with the test. Undefined, with a skip, where there is none. */
export async function browse(
  t: Test,
  { env = {}, ...options }: BrowserContextOptions & { env?: Record<string, string> } = {},
) {
  let browser: Browser
  try {
    browser = await openChromium()
  } catch (error) {
    t.test('in Chromium', { skip: (error as Error).message }, async () => {})
    return undefined
  }
  const port = await freePort()
  // To a browser as good as TLS.
  const origin = `http://localhost:${port}`
  // A browser goes by its own clock: what ran out in 2023 it does not keep.
  const saka = await startSaka(t, { now: new Date().toISOString(), env: { ...env, BASE_URL: origin } })
  await listen(t, saka.served, { port })
  return { saka, origin, context: await browser.newContext({ locale: 'el-GR', ...options }) }
}
