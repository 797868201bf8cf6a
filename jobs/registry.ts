import type { Job } from '../src/runs/index.ts'
import { backUpJob } from './back-up.ts'
import { erasePersonalDataJob } from './erase-personal-data.ts'
import { forgetAnswersJob } from './forget-answers.ts'
import { forgetBrowsersJob } from './forget-browsers.ts'
import { mailCheckpointJob } from './mail-checkpoint.ts'
import { mailPasswordResetsJob } from './mail-password-resets.ts'
import { sealTrailJob, sweepTrailJob } from './seal-trail.ts'

/** Every job there is. */
export const jobs: Job[] = [
  forgetAnswersJob,
  sealTrailJob,
  sweepTrailJob,
  mailCheckpointJob,
  mailPasswordResetsJob,
  forgetBrowsersJob,
  erasePersonalDataJob,
  backUpJob,
]
