// A process of its own that begins a task and a run, and is killed in the middle of both.
import { startRunner } from '../../jobs/start-runner.ts'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { runOnTime, type ScheduledJob } from '../../src/scheduler/index.ts'
import { killedJobs } from './killed-jobs.ts'

const now = process.env.NOW!
const deps = await openDeps(readConfig(process.env), { clock: { now: () => now }, jobs: killedJobs })
await startRunner(deps)
await runOnTime(deps, killedJobs[1] as ScheduledJob)
