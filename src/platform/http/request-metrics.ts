import type { Metrics } from '../observability/metrics.ts'
import type { App } from './app.ts'

/** Counts every answer of `app` by the pattern of its route, never by its address: that may hold a voucher's code. */
export function countAnswers(app: App, { requests }: Pick<Metrics, 'requests'>): void {
  app.addHook('onResponse', ({ method, routeOptions }, { statusCode, elapsedTime }, done) => {
    const labels = { method, route: routeOptions.url ?? 'unknown', status: String(statusCode) }
    requests.observe(labels, elapsedTime / 1000)
    done()
  })
}
