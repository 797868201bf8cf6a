export {
  type AskedJob,
  type AskedTask,
  isScheduled,
  type Job,
  type RunControl,
  type RunFigures,
  type ScheduledJob,
} from '../platform/job.ts'
export { nextDue } from './clockwork.ts'
export type { FigureName } from './figure-words.ts'
export { deleteRuns } from './repository.ts'
export { runRoutes } from './routes.ts'
export { redisAway } from './rules.ts'
export { deleteTasks, hasDueTask } from './tasks/repository.ts'
export { GiveUp, mostAttempts, RetryLater } from './tasks/rules.ts'
export { askFor, attemptTask, beginNextTask, beginTask, handOverTasks } from './tasks/use-cases.ts'
export {
  type JobDeps,
  readLateJobs,
  readOverdueJobs,
  readTroubledJobs,
  runOnTime,
  type TroubledJob,
} from './use-cases.ts'
export { type WorkFigures, workThrough } from './work-through.ts'
