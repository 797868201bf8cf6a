import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { allocationRoutes } from './allocation/index.ts'
import { auditRoutes } from './audit/index.ts'
import { campaignRoutes } from './campaigns/index.ts'
import type { AllDeps } from './deps.ts'
import { discrepancyRoutes } from './discrepancies/index.ts'
import { enrollmentRoutes } from './enrollment/index.ts'
import { authenticator, deviceReportRoutes, identityRoutes, knowActor } from './identity/index.ts'
import { metricsRoutes } from './metrics/index.ts'
import { notificationRoutes } from './notifications/index.ts'
import { parentsPage, setPasswordPages, unsubscribePage } from './pages/index.ts'
import { placesRoutes } from './places/index.ts'
import { healthRoutes } from './platform/http/health.ts'
import { type App, httpServer, limitCalls } from './platform/http/index.ts'
import { openApi } from './platform/http/openapi.ts'
import { privacyRoutes } from './privacy/index.ts'
import { reconciliationRoutes } from './reconciliation/index.ts'
import { redemptionRoutes, rosterRoutes } from './redemption/index.ts'
import { readLateJobs, runRoutes } from './scheduler/index.ts'
import { stockRoutes } from './stock/index.ts'
import { voucherRoutes } from './vouchers/index.ts'

/** The whole HTTP application: a table of contents. Reads no environment and does not listen. */
export async function buildApp(deps: AllDeps): Promise<App> {
  const app = await httpServer(deps)
  await app.register(swagger, openApi)
  await app.register(swaggerUi, { routePrefix: '/docs', logLevel: 'silent' })
  await app.register(healthRoutes, { check: deps.check, lateJobs: () => readLateJobs(deps) })
  await app.register(metricsRoutes, { deps })
  app.get('/openapi.json', { config: { open: true }, schema: { hide: true } }, () => app.swagger())
  await app.register(parentsPage, { deps })
  await app.register(unsubscribePage, { deps })
  await app.register(setPasswordPages, { deps })
  await app.register(apiRoutes, { prefix: '/api/v1' })
  return app

  async function apiRoutes(api: App): Promise<void> {
    const credentials = authenticator(deps)
    knowActor(api, deps, credentials)
    limitCalls(api, deps.config)
    await api.register(identityRoutes, { deps, credentials })
    await api.register(deviceReportRoutes, { deps })
    await api.register(auditRoutes, { deps })
    await api.register(placesRoutes, { deps })
    await api.register(campaignRoutes, { deps })
    await api.register(enrollmentRoutes, { deps })
    await api.register(voucherRoutes, { deps })
    await api.register(redemptionRoutes, { deps })
    await api.register(rosterRoutes, { deps })
    await api.register(discrepancyRoutes, { deps })
    await api.register(stockRoutes, { deps })
    await api.register(allocationRoutes, { deps })
    await api.register(notificationRoutes, { deps })
    await api.register(reconciliationRoutes, { deps })
    await api.register(runRoutes, { deps })
    const { redisUrl } = deps.config
    if (redisUrl) {
      // Loaded when it is needed: without Redis the start is quicker.
      const { queueBoard } = await import('../jobs/queue-board.ts')
      const { config, jobs } = deps
      await api.register(queueBoard, { prefix: '/queues', config, redisUrl, jobs })
    }
    await api.register(privacyRoutes, { deps })
  }
}

/** What a process that only does the jobs serves: how it is, to whoever watches over it. */
export async function buildWorkerApp(deps: AllDeps): Promise<App> {
  const app = await httpServer(deps)
  await app.register(healthRoutes, { check: deps.check, lateJobs: () => readLateJobs(deps) })
  await app.register(metricsRoutes, { deps })
  return app
}
