export { closePickupWindows } from './closing/close-pickup-windows.ts'
export { reconcileNightly, watchStock } from './nightly.ts'
export { reconciliationRoutes } from './routes.ts'
export { findStaleDevices } from './stale-devices/use-cases.ts'
