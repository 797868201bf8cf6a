import { purgeBrowsers } from '../src/identity/index.ts'
import type { CounterName, ScheduledJob } from '../src/scheduler/index.ts'

/** Forgets every night the browsers that got to know an account a year ago. */
export const forgetBrowsersJob = {
  name: 'forget-browsers',
  meaning: {
    el: 'Ξεχνά τα προγράμματα περιήγησης από τα οποία συνδέθηκε κάποιος πριν από έναν χρόνο.',
    en: 'Forgets the browsers that somebody signed in from a year ago.',
  },
  pattern: '15 3 * * *',
  run: async (deps) => ({ forgotten: await purgeBrowsers(deps) }),
} satisfies ScheduledJob<CounterName>
