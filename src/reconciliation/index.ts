export { endPickups } from './end-pickups.ts'
export { reconcileNightly, watchStock } from './nightly.ts'
export { reconciliationRoutes } from './routes.ts'
export { findSilentDevices } from './silent-devices.ts'
