import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { allocationRoutes } from './allocation/index.ts'
import { auditRoutes } from './audit/index.ts'
import { campaignRoutes } from './campaigns/index.ts'
import type { Deps } from './deps.ts'
import { discrepancyRoutes } from './discrepancies/index.ts'
import { enrollmentRoutes } from './enrollment/index.ts'
import { authenticator, deviceReportRoutes, identityRoutes, knowActor } from './identity/index.ts'
import { metricsRoutes } from './metrics/index.ts'
import { notificationRoutes } from './notifications/index.ts'
import { parentsPage, setPasswordPages, unsubscribePage } from './pages/index.ts'
import { placesRoutes } from './places/index.ts'
import { healthRoutes } from './platform/http/health.ts'
import { type App, answerOnce, httpServer, limitCalls, readListsApart } from './platform/http/index.ts'
import { openApi } from './platform/http/openapi.ts'
import { privacyRoutes } from './privacy/index.ts'
import { reconciliationRoutes } from './reconciliation/index.ts'
import { redemptionRoutes, rosterRoutes } from './redemption/index.ts'
import { readLateJobs, runRoutes } from './scheduler/index.ts'
import { stockRoutes } from './stock/index.ts'
import { voucherRoutes } from './vouchers/index.ts'

/** The whole HTTP application: a table of contents. Reads no environment and does not listen. */
export async function buildApp(deps: Deps): Promise<App> {
  const app = await httpServer(deps)
  await app.register(swagger, openApi)
  await app.register(swaggerUi, { routePrefix: '/docs', logLevel: 'silent' })
  await app.register(healthRoutes, { lateJobs: readLateJobs })
  await app.register(metricsRoutes, { deps })
  app.get('/openapi.json', { config: { open: true }, schema: { hide: true } }, () => app.swagger())
  await app.register(parentsPage, { config: deps.config })
  await app.register(unsubscribePage, { config: deps.config })
  await app.register(setPasswordPages)
  await app.register(apiRoutes, { prefix: '/api/v1' })
  return app

  async function apiRoutes(api: App): Promise<void> {
    const credentials = authenticator(deps)
    knowActor(api, deps, credentials)
    limitCalls(api, deps.config)
    answerOnce(api)
    readListsApart(api)
    await api.register(identityRoutes, { credentials })
    await api.register(deviceReportRoutes)
    await api.register(auditRoutes)
    await api.register(placesRoutes)
    await api.register(campaignRoutes)
    await api.register(enrollmentRoutes)
    await api.register(voucherRoutes)
    await api.register(redemptionRoutes)
    await api.register(rosterRoutes)
    await api.register(discrepancyRoutes)
    await api.register(stockRoutes)
    await api.register(allocationRoutes)
    await api.register(notificationRoutes)
    await api.register(reconciliationRoutes)
    await api.register(runRoutes)
    const { redisUrl } = deps.config
    if (redisUrl) {
      // Loaded when it is needed: without Redis the start is quicker.
      const { queueBoard } = await import('../jobs/queue-board.ts')
      const { config, jobs } = deps
      await api.register(queueBoard, { prefix: '/queues', config, redisUrl, jobs })
    }
    await api.register(privacyRoutes)
  }
}

/** What a process that only does the jobs serves: how it is, to whoever watches over it. */
export async function buildWorkerApp(deps: Deps): Promise<App> {
  const app = await httpServer(deps)
  await app.register(healthRoutes, { lateJobs: readLateJobs })
  await app.register(metricsRoutes, { deps })
  return app
}
