import { forgetAnswersJob } from './forget-answers.ts'
import type { Job } from './job.ts'
import { mailCheckpointJob } from './mail-checkpoint.ts'
import { sealTrailJob, sweepTrailJob } from './seal-trail.ts'

/** Every job there is. */
export const jobs: Job[] = [forgetAnswersJob, sealTrailJob, sweepTrailJob, mailCheckpointJob]
