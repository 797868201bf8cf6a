// A process of its own that seals and tells of every batch, so that it can be killed between two.
import { sealTrail } from '../../src/audit/index.ts'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'

const deps = await openDeps(readConfig(process.env))
const { transact } = deps.db
const db: typeof deps.db = {
  ...deps.db,
  transact: async (work) => {
    const result = await transact(work)
    process.send!('batch')
    // Long enough for the signal to arrive before the next batch.
    await new Promise((next) => setTimeout(next, 300))
    return result
  },
}
await sealTrail({ ...deps, db }, { everything: true })
