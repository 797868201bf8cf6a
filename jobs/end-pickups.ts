import { closePickupWindows } from '../src/reconciliation/index.ts'
import type { CounterName, ScheduledJob } from '../src/scheduler/index.ts'

/** Reminds the coordinators of pickups that are over, and ends them some days later if nobody has. */
export const endPickupsJob = {
  name: 'end-pickups',
  meaning: {
    el: 'Θυμίζει ότι μια προθεσμία παραλαβής τελείωσε, και λίγες ημέρες μετά κλείνει τις παραλαβές.',
    en: 'Reminds of a pickup window that is over, and ends the pickup some days later.',
  },
  pattern: '0 5 * * *',
  run: closePickupWindows,
} satisfies ScheduledJob<CounterName>
