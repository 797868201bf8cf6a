import { Counter, Histogram, Registry } from 'prom-client'

/**
 * What is counted while it happens, for `GET /metrics`. Labels are words of the code (route patterns, results, names of jobs),
 * so that there are few of them and none is about a person. None is called `job` or `instance`: Prometheus writes its own over those.
 */
export interface Metrics {
  registry: Registry
  /** Answered requests, in seconds. */
  requests: Histogram<'method' | 'route' | 'status'>
  /** Answers to scans. One that a device sends again is answered, and counted, again. */
  scans: Counter<'result'>
  /** Runs of jobs that ended here. */
  jobRuns: Counter<'job_name' | 'status'>
  /** Attempts at tasks that ended here. */
  attempts: Counter<'job_name' | 'status'>
  /** Commits to the database, in seconds from their first statement to the disk. */
  commits: Histogram
  /** How many commands shared a commit. */
  commitTogether: Histogram
}

/** Metrics of their own for one set of deps: two in one process do not count for each other. */
export function openMetrics(): Metrics {
  const registers = [new Registry()]
  return {
    registry: registers[0]!,
    requests: new Histogram({
      name: 'saka_http_request_duration_seconds',
      help: 'Answered requests, by the pattern of their route.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 60],
      registers,
    }),
    scans: new Counter({
      name: 'saka_scans_answered_total',
      help: 'Answers to scans, by their result.',
      labelNames: ['result'],
      registers,
    }),
    jobRuns: new Counter({
      name: 'saka_job_runs_total',
      help: 'Runs of jobs that ended in this process.',
      labelNames: ['job_name', 'status'],
      registers,
    }),
    attempts: new Counter({
      name: 'saka_task_attempts_total',
      help: 'Attempts at tasks that ended in this process.',
      labelNames: ['job_name', 'status'],
      registers,
    }),
    commits: new Histogram({
      name: 'saka_commit_duration_seconds',
      help: 'Commits, from their first statement to the disk.',
      buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
      registers,
    }),
    commitTogether: new Histogram({
      name: 'saka_commit_commands',
      help: 'How many commands shared a commit.',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
      registers,
    }),
  }
}
