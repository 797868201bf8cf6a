export { deleteRuns } from './repository.ts'
export { runRoutes } from './routes.ts'
export {
  type AskedJob,
  type AskedTask,
  isScheduled,
  type Job,
  type RunControl,
  type ScheduledJob,
  type TaskPayload,
} from './rules.ts'
export { deleteTasks, hasDueTask } from './task-repository.ts'
export { GiveUp, RetryLater } from './task-rules.ts'
export { askFor, attemptTask, beginNextTask, beginTask, handOverTasks, type NewTask } from './tasks.ts'
export { readLateJobs, readOverdueJobs, runOnTime } from './use-cases.ts'
