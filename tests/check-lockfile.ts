// Holds package-lock.json to package.json, and to itself: `npm ci` refuses a lock that leaves a package out, be it only
// one for another platform, which npm forgets when it could not reach it.
import { readFileSync } from 'node:fs'

const { name, dependencies, devDependencies } = readJson('package.json')
const { packages } = readJson('package-lock.json')

const faults: string[] = []
const locked = { ...packages[''].dependencies, ...packages[''].devDependencies }
for (const [dependency, range] of Object.entries({ ...dependencies, ...devDependencies }))
  if (locked[dependency] !== range)
    faults.push(`${name} wants ${dependency} ${range}, the lock has ${locked[dependency]}`)
for (const [path, { dependencies, optionalDependencies }] of Object.entries<any>(packages))
  for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies }))
    if (!isListed(path, dependency)) faults.push(`${path} wants ${dependency}, which the lock does not list`)

if (faults.length > 0) {
  console.error(faults.join('\n'))
  process.exitCode = 1
}

function readJson(file: string) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** Looks for `dependency` as Node does: beside the package at `path`, then outwards. */
function isListed(path: string, dependency: string): boolean {
  if (packages[`${path}${path && '/'}node_modules/${dependency}`]) return true
  return path !== '' && isListed(path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/'))), dependency)
}
