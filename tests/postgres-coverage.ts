import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What V8 writes of one process that ended (`NODE_V8_COVERAGE`). */
interface Coverage {
  result: Script[]
}

interface Script {
  url: string
  functions: { functionName: string; ranges: { count: number }[] }[]
}

const isRepository = /(^|[/-])repository(-[a-z]+)?\.ts$/

/**
 * The exported functions of the repositories below `root` that no process whose coverage lies in `folder` has called, as
 * `src/stock/repository.ts insertReceipt`. What a repository asks is SQL that the second engine may not understand.
 */
export function uncalledQueries(root: string, folder: string): string[] {
  const called = new Set<string>()
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    for (const { url, functions } of readCoverage(join(folder, name))) {
      if (!url.startsWith('file:') || !isRepository.test(url)) continue
      const file = relative(root, fileURLToPath(url))
      for (const { functionName, ranges } of functions)
        if (ranges.some(({ count }) => count > 0)) called.add(`${file} ${functionName}`)
    }
  }
  return repositories(root)
    .flatMap((file) => exportedFunctions(join(root, file)).map((name) => `${file} ${name}`))
    .filter((query) => !called.has(query))
}

function readCoverage(file: string): Script[] {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Coverage).result
  } catch (error) {
    // A process that a test kills may leave half a file.
    if (error instanceof SyntaxError) return []
    throw error
  }
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
