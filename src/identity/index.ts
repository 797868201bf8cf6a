export { authenticator } from './credentials.ts'
export { deviceReportRoutes } from './device-report-routes.ts'
export { deviceOf } from './device-rules.ts'
export { forgetBrowsers } from './known-browsers.ts'
export { acceptLink, type OpenLink, offerSetUp, readLink, setUp } from './links.ts'
export { mailPasswordResets } from './mailed-resets.ts'
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
export { knowActor } from './session-hook.ts'
export { createFirstAdmin } from './use-cases.ts'
