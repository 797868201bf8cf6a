import type { Job } from '../src/runs/index.ts'
import { forgetAnswersJob } from './forget-answers.ts'

/** Every job there is. */
export const jobs: Job[] = [forgetAnswersJob]
