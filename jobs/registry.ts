import { erasePersonalDataJob } from './erase-personal-data.ts'
import { forgetAnswersJob } from './forget-answers.ts'
import type { Job } from './job.ts'

/** Every job there is. */
export const jobs: Job[] = [forgetAnswersJob, erasePersonalDataJob]
