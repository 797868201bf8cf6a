export { auditRoutes } from './routes.ts'
export { recordEvent } from './use-cases.ts'
