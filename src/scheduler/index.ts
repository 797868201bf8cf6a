export {
  isScheduled,
  type Job,
  type QueuedJob,
  type QueuedTask,
  type RunControl,
  type ScheduledJob,
} from '../platform/job.ts'
export type { RunCounters } from '../platform/task.ts'
export type { CounterName } from './counter-labels.ts'
export { nextDue } from './cron-schedule.ts'
export { deleteRuns } from './repository.ts'
export { runRoutes } from './routes.ts'
export { redisAway } from './rules.ts'
export { deleteTasks, hasDueTask } from './tasks/repository.ts'
export { GiveUp, mostAttempts, RetryLater } from './tasks/rules.ts'
export { attemptTask, beginNextTask, beginTask, dispatchTasks, enqueue } from './tasks/use-cases.ts'
export {
  type JobDeps,
  readLateJobs,
  readOverdueJobs,
  readTroubledJobs,
  runOnTime,
  type TroubledJob,
} from './use-cases.ts'
export { type WorkCounters, workThrough } from './work-through.ts'
