export { redeemedBySchool } from './repository.ts'
export { redemptionRoutes } from './routes.ts'
export { judgeScan } from './rules.ts'
export { RedemptionSchema, ScanSchema } from './schemas.ts'
