import { type JobDeps, readTroubledJobs, type TroubledJob } from '../scheduler/index.ts'
import type { Wording } from '../shared/wording.ts'
import { type AlertDeps, alertStaff } from './alert-staff.ts'
import { listSituations } from './repository.ts'

const topic = 'jobs'

/**
 * Alerts the administrators, once for each time, of jobs that have not begun when they should have, or that fail. Any process
 * may do it, several at once too. Answers how many jobs are in trouble.
 */
export async function alertTroubledJobs(deps: AlertDeps & JobDeps): Promise<number> {
  const troubled = await readTroubledJobs(deps)
  return deps.db.transact(async (tx) => {
    const known = new Map((await listSituations(tx, topic)).map(({ matter, state }) => [matter, state]))
    // Who cannot tell leaves what another process has found as it is.
    const now = troubled.flatMap(({ trouble, ...job }) => {
      const state = trouble === 'perhaps' ? known.get(job.name) : trouble
      return state ? [{ matter: job.name, state, line: lineOf(job, state) }] : []
    })
    await alertStaff(deps, tx, {
      topic,
      role: 'admin',
      subject: { el: 'εργασίες που δεν έγιναν', en: 'jobs that were not done' },
      intro: {
        el: 'Αυτές οι εργασίες δεν έγιναν όπως έπρεπε:',
        en: 'These jobs were not done as they should have been:',
      },
      more: {
        el: `Η κατάστασή τους: ${deps.config.baseUrl}/api/v1/jobs. Δείτε και το αρχείο καταγραφής.`,
        en: `How they are: ${deps.config.baseUrl}/api/v1/jobs. See the log too.`,
      },
      situations: now,
    })
    return now.length
  })
}

function lineOf({ name, meaning }: Pick<TroubledJob, 'name' | 'meaning'>, state: string): Wording {
  const what =
    state === 'late'
      ? { el: 'δεν ξεκίνησε όταν έπρεπε', en: 'has not begun when it should have' }
      : { el: 'απέτυχε', en: 'has failed' }
  return { el: `${name}: ${what.el}. ${meaning.el}`, en: `${name}: ${what.en}. ${meaning.en}` }
}
