export { openDiscrepancy, openFindings, resolveGone, resolveMatters } from './open.ts'
export {
  countUnanswered,
  type Discrepancy,
  listOpenBut,
  listOpenDiscrepancies,
  listOpenVersions,
  type OpenDiscrepancy,
} from './repository.ts'
export { discrepancyRoutes } from './routes.ts'
export { type DiscrepancyCode, needsAnswer, type Severity } from './rules.ts'
export { DiscrepancySchema } from './schemas.ts'
export { typedResolution } from './use-cases.ts'
