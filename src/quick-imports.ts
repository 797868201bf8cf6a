// Imported before everything else. To tell the format of a file of drizzle-orm's, Node.js 24 reads this package's manifest of 180 kB again for
// each import of it, which takes longer than all else that loading the service does. Here it is told.
import { registerHooks } from 'node:module'

const inPackage = '/node_modules/drizzle-orm/'
const entrances = new Map<string, ReturnType<Parameters<typeof registerHooks>[0]['resolve'] & {}>>()

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && context.parentURL?.includes(inPackage) && specifier.endsWith('.js'))
      return { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true }
    if (!specifier.startsWith('drizzle-orm')) return next(specifier, context)
    let found = entrances.get(specifier)
    if (!found) {
      found = next(specifier, context)
      entrances.set(specifier, found)
    }
    return { ...found, shortCircuit: true }
  },
})
