import type { Job } from '../src/runs/index.ts'
import { erasePersonalDataJob } from './erase-personal-data.ts'
import { forgetAnswersJob } from './forget-answers.ts'
import { forgetBrowsersJob } from './forget-browsers.ts'
import { mailCheckpointJob } from './mail-checkpoint.ts'
import { mailPasswordResetsJob } from './mail-password-resets.ts'
import { planRemindersJob } from './plan-reminders.ts'
import { sealTrailJob, sweepTrailJob } from './seal-trail.ts'
import { sendMailJob, sendSmsJob } from './send-messages.ts'

/** Every job there is. */
export const jobs: Job[] = [
  forgetAnswersJob,
  sealTrailJob,
  sweepTrailJob,
  mailCheckpointJob,
  mailPasswordResetsJob,
  forgetBrowsersJob,
  erasePersonalDataJob,
  planRemindersJob,
  sendMailJob,
  sendSmsJob,
]
