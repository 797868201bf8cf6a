import { fileURLToPath } from 'node:url'

const isSource = import.meta.url.endsWith('.ts')

/** The file of one of our modules, `src/main.ts` say, as this test itself runs: what was compiled of it, or with tsx its source. */
export function moduleFile(source: string): string {
  const file = fileURLToPath(new URL(`../../${source}`, import.meta.url))
  return isSource ? file : file.replace(/\.ts$/, '.js')
}

/** What Node has to be given before such a file. */
export const nodeOptions = isSource ? ['--import=tsx'] : []
