export { identityRoutes } from './routes.ts'
export { type Actor, authorize, schoolsOf, seesPersonal, systemActor } from './rules.ts'
export { knowActor } from './session-hook.ts'
export { createFirstAdmin } from './use-cases.ts'
