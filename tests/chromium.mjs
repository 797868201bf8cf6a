// Where Chromium is: CHROMIUM names it, or it is on the PATH, or on Debian as root it is installed. Undefined where it cannot be had:
// what needs it is skipped aloud, which is a failure with CI=true.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome']

/** The path of a Chromium that runs here; it is installed first where that is allowed and `mayInstall`. */
export function findChromium({ mayInstall = false } = {}) {
  const { CHROMIUM } = process.env
  if (CHROMIUM) return CHROMIUM
  return onPath() ?? (mayInstall && canInstall() ? install() : undefined)
}

function onPath() {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable)
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function canInstall() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version')
}

function install() {
  console.log('installing Chromium for the tests in a browser …')
  const options = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  spawnSync('apt-get', ['update', '-qq'], options)
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], options)
  return onPath()
}
