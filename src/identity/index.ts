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
