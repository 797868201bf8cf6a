import { findStaleDevices } from '../src/reconciliation/index.ts'
import type { CounterName, ScheduledJob } from '../src/scheduler/index.ts'

/** Tells the coordinators every morning of devices that have been silent for too long. */
export const findSilentDevicesJob = {
  name: 'find-silent-devices',
  meaning: {
    el: 'Βρίσκει συσκευές σχολείων που δεν έχουν συνδεθεί ή κρατούν σαρώσεις που δεν έστειλαν.',
    en: 'Finds devices at schools that have not been seen, or keep scans that they have not sent.',
  },
  pattern: '30 7 * * *',
  run: findStaleDevices,
} satisfies ScheduledJob<CounterName>
