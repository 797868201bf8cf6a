export { redeemedBySchool } from './repository.ts'
export { rosterRoutes } from './roster/routes.ts'
export { redemptionRoutes } from './routes.ts'
export { RedemptionSchema, ScanSchema } from './schemas.ts'
