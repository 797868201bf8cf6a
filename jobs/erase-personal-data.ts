import { eraseExpired } from '../src/privacy/index.ts'
import type { CounterName, ScheduledJob } from '../src/scheduler/index.ts'

/** Erases, every night, the personal data of campaigns whose retention is over. */
export const erasePersonalDataJob = {
  name: 'erase-personal-data',
  meaning: {
    el: 'Διαγράφει τα προσωπικά δεδομένα των διανομών που έκλεισαν από καιρό.',
    en: 'Erases the personal data of campaigns whose retention is over.',
  },
  pattern: '45 3 * * *',
  run: eraseExpired,
} satisfies ScheduledJob<CounterName>
