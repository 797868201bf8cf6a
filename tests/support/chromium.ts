import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import t from 'tap'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
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

/**
 * A headless Chromium that all tests of a file share; it is closed when they have ended. Taken from `CHROMIUM`, else from the
 * PATH, else installed, which takes Debian and root. Rejects with what to do where there is none: skip loudly then.
 */
export function openChromium(): Promise<Browser> {
  browser ??= start()
  return browser
}

async function start(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? onPath() ?? (await install())
  if (!executablePath) throw new Error('install Chromium, or name it in the variable CHROMIUM')
  const started = await chromium.launch({ executablePath, args: flags })
  t.teardown(() => started.close())
  return started
}

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Installs Debian's Chromium, with letters for every language that is written here. One process at a time does. */
async function install(): Promise<string | undefined> {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return undefined
  t.setTimeout(900_000)
  t.comment('installing Chromium …')
  const lock = join(tmpdir(), 'saka-chromium.lock')
  const steps =
    'exec 9>"$0"; flock 9; command -v chromium || { apt-get update && apt-get install -y chromium fonts-noto-core; }'
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const child = spawn('sh', ['-c', steps, lock], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  await new Promise((resolve) => child.on('close', resolve).on('error', resolve))
  return onPath()
}
