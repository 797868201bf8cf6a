export { endPickups } from './closing/end-pickups.ts'
export { reconcileNightly, watchStock } from './nightly.ts'
export { reconciliationRoutes } from './routes.ts'
export { findSilentDevices } from './stale-devices/use-cases.ts'
