import type { Deps } from '../../deps.ts'
import { type App, routesOf } from '../../platform/http/index.ts'
import { HeartbeatSchema } from '../schemas.ts'
import { reportDevice } from '../use-cases.ts'

/** What devices tell of themselves. Nobody's access changes by it. */
export async function deviceReportRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const { command } = routesOf(app, deps, 'Identity')
  command(
    '/devices/me/heartbeat',
    { summary: 'Tell how a device is', body: HeartbeatSchema },
    (deps, { actor, body }) => reportDevice(deps, actor, body),
  )
}
