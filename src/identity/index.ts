export { deviceReportRoutes } from './devices/report-routes.ts'
export { deviceOf } from './devices/rules.ts'
export { mailPasswordResets } from './links/mailed-resets.ts'
export { acceptLink, type OpenLink, offerSetUp, readLink, setUp } from './links/use-cases.ts'
export { findActorName } from './repository.ts'
export { identityRoutes } from './routes.ts'
export {
  type Actor,
  authorize,
  type Scope,
  schoolsOf,
  scopeOf,
  seesPersonal,
  systemActor,
  warehousesOf,
} from './rules.ts'
export { authenticator } from './sessions/authenticator.ts'
export { knowActor } from './sessions/hook.ts'
export { purgeBrowsers } from './sessions/use-cases.ts'
export { createFirstAdmin } from './use-cases.ts'
