import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Script {
  url: string
  functions: { functionName: string; ranges: { count: number }[] }[]
}

const isRepository = /(^|[/-])repository(-[a-z]+)?\.ts$/

const session = new Session()

/** Has V8 note which functions this process calls. Not how often, nor which lines of them: that would make it a quarter slower. */
export async function startCoverage(): Promise<void> {
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: false })
}

/** Writes what this process has called of the repositories to a file of its own in `folder`. */
export async function writeCoverage(folder: string): Promise<void> {
  const { result } = await session.post('Profiler.takePreciseCoverage')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(result.filter(({ url }) => isRepository.test(url))))
}

/**
 * The exported functions of the repositories below `root` that no process whose coverage lies in `folder` has called, as
 * `src/stock/repository.ts insertReceipt`. What a repository asks is SQL that the second engine may not understand.
 */
export function uncalledQueries(root: string, folder: string): string[] {
  const called = new Set<string>()
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    for (const { url, functions } of JSON.parse(readFileSync(join(folder, name), 'utf8')) as Script[]) {
      const file = relative(root, fileURLToPath(url))
      for (const { functionName, ranges } of functions)
        if (ranges.some(({ count }) => count > 0)) called.add(`${file} ${functionName}`)
    }
  }
  return repositories(root)
    .flatMap((file) => exportedFunctions(join(root, file)).map((name) => `${file} ${name}`))
    .filter((query) => !called.has(query))
}

function repositories(root: string): string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name}`)
    .filter((name) => isRepository.test(name))
    .sort()
}

function exportedFunctions(file: string): string[] {
  const code = readFileSync(file, 'utf8')
  return [...code.matchAll(/^export (?:async )?(?:function\*? |const (?=\w+ = (?:async )?\())(\w+)/gm)].map(
    ([, name]) => name!,
  )
}
