// The programs that tests need besides Node: Chromium and Redis. An environment variable names one, or it is on the PATH, or on
// Debian as root it is installed before the tests begin. What needs one that is not there is skipped aloud, which is a failure
// with CI=true.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const programs = {
  chromium: {
    variable: 'CHROMIUM',
    names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    // With letters for every language that is written here.
    packages: ['chromium', 'fonts-noto-core'],
  },
  redis: { variable: 'REDIS_SERVER', names: ['redis-server'], packages: ['redis-server'] },
}

/** The path of `chromium` or `redis`; undefined where it is not here. */
export function findProgram(program) {
  const { variable, names } = programs[program]
  const folders = (process.env.PATH ?? '').split(delimiter)
  return process.env[variable] ?? folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram)
}

/** Installs what is missing, where that is allowed. */
export function installPrograms() {
  const missing = Object.keys(programs).filter((program) => !findProgram(program))
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return
  console.log(`installing for the tests: ${missing.join(', ')} …`)
  const options = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  spawnSync('apt-get', ['update', '-qq'], options)
  const packages = missing.flatMap((program) => programs[program].packages)
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options)
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
