import { deleteAlerts } from '../src/alerts/index.ts'
import { purgeAnswers } from '../src/platform/http/index.ts'
import { type CounterName, deleteRuns, deleteTasks, type ScheduledJob } from '../src/scheduler/index.ts'
import { plusMilliseconds } from '../src/shared/time.ts'

const keptMilliseconds = 30 * 24 * 60 * 60_000

/** Forgets, after thirty days, what was answered to idempotency keys, for nobody sends a request again after so long, what jobs did, and what staff were mailed. */
export const forgetAnswersJob = {
  name: 'forget-answers',
  meaning: {
    el: 'Διαγράφει παλιές απαντήσεις και παλιές εκτελέσεις εργασιών.',
    en: 'Forgets old answers to repeated requests and old runs of jobs.',
  },
  pattern: '30 3 * * *',
  run: async ({ db, clock }) => {
    const before = plusMilliseconds(clock.now(), -keptMilliseconds)
    return {
      forgotten: await db.transact((tx) => purgeAnswers(tx, before)),
      runs: await db.transact((tx) => deleteRuns(tx, before)),
      tasks: await db.transact((tx) => deleteTasks(tx, before)),
      notices: await db.transact((tx) => deleteAlerts(tx, before)),
    }
  },
} satisfies ScheduledJob<CounterName>
