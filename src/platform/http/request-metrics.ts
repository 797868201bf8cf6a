import type { Metrics } from '../observability/metrics.ts'
import type { App } from './app.ts'

/** Counts every answer of `app` by the pattern of its route, never by its address: that may hold a voucher's code. */
export function countAnswers(app: App, { requests }: Pick<Metrics, 'requests'>): void {
  // The labels of a route and status are put together once.
  const known = new Map<string, { observe(seconds: number): void }>()
  app.addHook('onResponse', ({ method, routeOptions }, { statusCode, elapsedTime }, done) => {
    const route = routeOptions.url ?? 'unknown'
    const key = `${method} ${statusCode} ${route}`
    let one = known.get(key)
    if (!one) {
      one = requests.labels(method, route, String(statusCode))
      known.set(key, one)
    }
    one.observe(elapsedTime / 1000)
    done()
  })
}
