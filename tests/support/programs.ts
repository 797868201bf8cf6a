// The programs that tests need besides Node: Chromium, Redis and PostgreSQL. An environment variable names one, or it is on the PATH
// (PostgreSQL's comes with the packages of npm), or on Debian as root it is installed before the tests begin. What needs one that is not there is skipped aloud, which is a failure
// with CI=true.
import { type SpawnSyncOptions, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findPostgres } from './postgres-server.ts'

const programs: Record<'chromium' | 'redis', { variable: string; names: string[]; packages: string[] }> = {
  chromium: {
    variable: 'CHROMIUM',
    names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    // With letters for every language that is written here.
    packages: ['chromium', 'fonts-noto-core'],
  },
  redis: { variable: 'REDIS_SERVER', names: ['redis-server'], packages: ['redis-server'] },
}

/** What there has to be, how it is found and what installs it. */
const needed = [
  ...Object.entries(programs).map(([name, { packages }]) => ({
    name,
    packages,
    find: () => findProgram(name as keyof typeof programs),
  })),
  { name: 'postgres', packages: ['postgresql'], find: findPostgres },
]

/** The path of `chromium` or `redis`; undefined where it is not here. */
export function findProgram(program: keyof typeof programs): string | undefined {
  const { variable, names } = programs[program]
  const folders = (process.env.PATH ?? '').split(delimiter)
  return process.env[variable] ?? folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram)
}

/** Installs what is missing, where that is allowed. */
export function installPrograms(): void {
  const missing = needed.filter(({ find }) => !find())
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return
  console.log(`installing for the tests: ${missing.map(({ name }) => name).join(', ')} …`)
  const options: SpawnSyncOptions = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }
  // Another who installs something at this moment is waited for.
  const apt = (...args: string[]) => spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], options)
  apt('update')
  apt('install', '-y', '--no-install-recommends', ...missing.flatMap(({ packages }) => packages))
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
