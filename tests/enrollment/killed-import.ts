import { importEnrollments } from '../../src/enrollment/imports/use-cases.ts'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { idSource } from '../../src/shared/ids.ts'

// A process of its own that imports a file and is killed when so many of its children have been made.
const [file, campaignId, killAfter] = process.argv.slice(2)
const ids = idSource()
let made = 0
const newId = () => {
  made += 1
  if (made === Number(killAfter)) process.kill(process.pid, 'SIGKILL')
  return ids()
}
const deps = await openDeps(readConfig(process.env), { newId })
const admin = { kind: 'user' as const, id: 'test', name: 'test', roles: [{ role: 'admin' as const }] }
await importEnrollments(deps, admin, {
  campaignId: campaignId!,
  file: { path: file!, charset: undefined, sha256: '' },
})
