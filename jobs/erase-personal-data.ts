import { eraseExpired } from '../src/privacy/index.ts'
import type { Job } from '../src/runs/index.ts'

/** Erases, every night, the personal data of campaigns whose retention is over. */
export const erasePersonalDataJob: Job = {
  name: 'erase-personal-data',
  meaning: {
    el: 'Διαγράφει τα προσωπικά δεδομένα των διανομών που έκλεισαν από καιρό.',
    en: 'Erases the personal data of campaigns whose retention is over.',
  },
  pattern: '45 3 * * *',
  run: eraseExpired,
}
