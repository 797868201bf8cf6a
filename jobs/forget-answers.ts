import { plusMilliseconds } from '../src/kernel/time.ts'
import { forgetAnswers } from '../src/platform/http/index.ts'
import type { Job } from './job.ts'

const keptMilliseconds = 30 * 24 * 60 * 60_000

/** Forgets, after thirty days, what was answered to idempotency keys: nobody sends a request again after so long. */
export const forgetAnswersJob: Job = {
  name: 'forget-answers',
  pattern: '30 3 * * *',
  run: async ({ db, clock }) => ({
    forgotten: await db.transact((tx) => forgetAnswers(tx, plusMilliseconds(clock.now(), -keptMilliseconds))),
  }),
}
