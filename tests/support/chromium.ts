import { type Browser, chromium } from 'playwright-core'
import t from 'tap'
import { findProgram } from './programs.ts'

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let browser: Promise<Browser> | undefined

/** A headless Chromium that all tests of a file share; it is closed when they have ended. Rejects where there is none. */
export function openChromium(): Promise<Browser> {
  browser ??= start()
  return browser
}

async function start(): Promise<Browser> {
  const executablePath = findProgram('chromium')
  if (!executablePath) throw new Error('it is not here: install Chromium, or name it in CHROMIUM')
  const started = await chromium.launch({ executablePath, args: flags })
  t.teardown(() => started.close())
  return started
}
