import { eraseExpired } from '../src/privacy/index.ts'
import type { Job } from './job.ts'

/** Erases, every night, the personal data of campaigns whose retention is over. */
export const erasePersonalDataJob: Job = {
  name: 'erase-personal-data',
  pattern: '45 3 * * *',
  run: eraseExpired,
}
