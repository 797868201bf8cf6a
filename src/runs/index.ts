export { deleteRuns } from './repository.ts'
export { runRoutes } from './routes.ts'
export type { Job } from './rules.ts'
export { readLateJobs, readOverdueJobs, runOnTime } from './use-cases.ts'
