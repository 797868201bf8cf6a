import { recordEvent } from '../../audit/index.ts'
import type { Deps } from '../../deps.ts'
import { plusMilliseconds } from '../../shared/time.ts'
import { systemActor } from '../rules.ts'
import { deleteBrowsersBefore } from './repository.ts'
import { browserKnownMilliseconds } from './rules.ts'

/** Forgets the browsers that got to know an account a year ago, as they have themselves; answers how many. */
export function forgetBrowsers(deps: Deps): Promise<number> {
  const before = plusMilliseconds(deps.clock.now(), -browserKnownMilliseconds)
  return deps.db.transact(async (tx) => {
    const count = await deleteBrowsersBefore(tx, before)
    if (count > 0) await recordEvent(deps, tx, systemActor, 'browser.all_forgotten', 'system', { count })
    return count
  })
}
