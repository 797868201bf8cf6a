import type { AllDeps, Deps } from '../../deps.ts'
import { type App, routesOf } from '../../platform/http/index.ts'
import { RosterQuery, RosterSchema } from './schemas.ts'
import { readRoster } from './use-cases.ts'

/** What a phone takes along to where there is no network. */
export async function rosterRoutes(app: App, { deps }: { deps: Deps & Pick<AllDeps, 'secretKey'> }): Promise<void> {
  const { get } = routesOf(app, deps, 'Redemptions')
  get(
    '/scanner/roster',
    {
      summary: 'Read the roster of a device',
      description:
        'Each voucher is found and its child opened by the code on the paper alone; docs/security/cryptography.md tells how.',
      querystring: RosterQuery,
      response: { 200: RosterSchema },
    },
    (deps, { actor, query }) => readRoster(deps, actor, query.since),
  )
}
