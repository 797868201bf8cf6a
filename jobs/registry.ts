import type { Job } from '../src/scheduler/index.ts'
import { backUpJob } from './back-up.ts'
import { endPickupsJob } from './end-pickups.ts'
import { erasePersonalDataJob } from './erase-personal-data.ts'
import { findSilentDevicesJob } from './find-silent-devices.ts'
import { forgetAnswersJob } from './forget-answers.ts'
import { forgetBrowsersJob } from './forget-browsers.ts'
import { mailCheckpointJob } from './mail-checkpoint.ts'
import { mailNoticesJob } from './mail-notices.ts'
import { mailPasswordResetsJob } from './mail-password-resets.ts'
import { planRemindersJob } from './plan-reminders.ts'
import { reconcileNightlyJob } from './reconcile-nightly.ts'
import { sealTrailJob, sweepTrailJob } from './seal-trail.ts'
import { sendMailJob, sendSmsJob } from './send-messages.ts'
import { watchStockJob } from './watch-stock.ts'

/** Every job there is. */
export const jobs: Job[] = [
  forgetAnswersJob,
  sealTrailJob,
  sweepTrailJob,
  mailCheckpointJob,
  mailPasswordResetsJob,
  mailNoticesJob,
  reconcileNightlyJob,
  watchStockJob,
  endPickupsJob,
  findSilentDevicesJob,
  forgetBrowsersJob,
  erasePersonalDataJob,
  backUpJob,
  planRemindersJob,
  sendMailJob,
  sendSmsJob,
]
