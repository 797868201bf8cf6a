export { identityRoutes } from './routes.ts'
export { type Action, type Actor, authorize, notAllowed, permissions, roles, schoolsOf, systemActor } from './rules.ts'
export { knowActor } from './session-hook.ts'
export { createFirstAdmin } from './use-cases.ts'
