// Imported before everything else: loading the service is mostly asking the disk what a name stands for. An import that names a file with
// its ending is that file, and of what format, the ending says. Of drizzle-orm Node.js 24 would even read the manifest of 180 kB again for
// each of its files, which takes longer than all else together.
import { registerHooks } from 'node:module'

const inDrizzle = '/node_modules/drizzle-orm/'
const entrances = new Map<string, ReturnType<Parameters<typeof registerHooks>[0]['resolve'] & {}>>()

function formatOf(file: string, parent: string): 'module' | 'module-typescript' | undefined {
  if (file.endsWith('.ts')) return 'module-typescript'
  return file.endsWith('.mjs') || (file.endsWith('.js') && parent.includes(inDrizzle)) ? 'module' : undefined
}

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && context.parentURL) {
      const format = formatOf(specifier, context.parentURL)
      if (format) return { url: new URL(specifier, context.parentURL).href, format, shortCircuit: true }
    }
    if (!specifier.startsWith('drizzle-orm')) return next(specifier, context)
    let found = entrances.get(specifier)
    if (!found) {
      found = next(specifier, context)
      entrances.set(specifier, found)
    }
    return { ...found, shortCircuit: true }
  },
})
