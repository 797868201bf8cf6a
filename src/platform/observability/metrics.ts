import { Counter, Histogram, Registry } from 'prom-client'

/**
 * What is counted while it happens, for `GET /metrics`. Labels are words of the code (route patterns, results, names of jobs),
 * so that there are few of them and none is about a person. None is called `job` or `instance`: Prometheus writes its own over those.
 */
export type Metrics = ReturnType<typeof openMetrics>

/** Metrics of their own for one set of deps: two in one process do not count for each other. */
export function openMetrics() {
  const registry = new Registry()
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name: `saka_${name}`, help, labelNames, registers })
  const histogram = <Label extends string>(name: string, help: string, buckets: number[], ...labelNames: Label[]) =>
    new Histogram({ name: `saka_${name}`, help, buckets, labelNames, registers })
  return {
    registry,
    requests: histogram(
      'http_request_duration_seconds',
      'Answered requests, by the pattern of their route.',
      [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 60],
      'method',
      'route',
      'status',
    ),
    /** One that a device sends again is answered, and counted, again. */
    scans: counter('scans_answered_total', 'Answers to scans, by their result.', 'result'),
    jobRuns: counter('job_runs_total', 'Runs of jobs that ended in this process.', 'job_name', 'status'),
    attempts: counter('task_attempts_total', 'Attempts at tasks that ended in this process.', 'job_name', 'status'),
    commits: histogram(
      'commit_duration_seconds',
      'Commits, from their first statement to the disk.',
      [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10],
    ),
    commitTogether: histogram(
      'commit_commands',
      'How many commands shared a commit.',
      [1, 2, 4, 8, 16, 32, 64, 128, 256],
    ),
  }
}
