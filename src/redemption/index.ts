export { redeemedBySchool } from './repository.ts'
export { redemptionRoutes } from './routes.ts'
export { judgeScan, type Redemption, type ScanResult, scanResults } from './rules.ts'
