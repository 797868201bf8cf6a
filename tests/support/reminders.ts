import type { Test } from 'tap'
import { sendMailJob, sendSmsJob } from '../../jobs/send-messages.ts'
import type { AllDeps } from '../../src/deps.ts'
import { planReminders } from '../../src/notifications/index.ts'
import { attemptTask, beginNextTask, type QueuedJob } from '../../src/scheduler/index.ts'
import { type CampaignChange, type OpenCampaign, openCampaign } from './campaign.ts'
import { doDueOnRedis } from './due-on-redis.ts'
import { type MailServer, startMailServer } from './mailbox.ts'

/** An open campaign with a mail server. Its reminders go out when the test says so, and not by themselves. */
export interface RemindedCampaign extends OpenCampaign {
  post: MailServer
  /** Plans what is due now. */
  plan(): ReturnType<typeof planReminders>
  /** Sends what is due now, until nothing is left that can be. */
  send(): Promise<void>
  /** Plans and sends. */
  remind(): Promise<void>
  /** Those who were enrolled at its first school from the beginning. */
  children: any[]
  /** Issues a voucher for every child. */
  issue(): Promise<any[]>
  messages(query?: string): Promise<any[]>
}

/** What is told of a child with one guardian, whose language is Greek unless `more` says otherwise. */
export const guardian = (email: string | null, more: Record<string, unknown> = {}) => ({
  guardians: [{ name: 'Άννα', email, language: 'el', ...more }],
})

/**
 * Opens a campaign whose guardians can be reminded. `env` sets up channels; by default there is a mail server. Each of `children`, told as
 * {@link guardian} does, is enrolled at the first school and has a voucher.
 */
export async function remindedCampaign(
  t: Test,
  { children: told = [], ...change }: CampaignChange & { post?: MailServer; children?: Record<string, unknown>[] } = {},
): Promise<RemindedCampaign> {
  const post = change.post ?? (await startMailServer(t))
  const env = { SMTP_URL: post.url, MAIL_FROM: 'saka@dimos.example', MAIL_PER_SECOND: '1000', ...change.env }
  const saka = await openCampaign(t, { ...change, env })
  const { api, deps, campaign } = saka
  const plan = () => planReminders(deps)
  const send = () => sendDue(deps)
  const issue = async () => {
    await api.made(`/campaigns/${campaign.id}/vouchers`)
    return (await api.get(`/campaigns/${campaign.id}/vouchers?limit=500`)).json.items
  }
  const children: any[] = []
  for (const [i, known] of told.entries()) children.push(await saka.enroll(saka.school.id, String(i + 1), known))
  if (children.length > 0) await issue()
  return {
    ...saka,
    post,
    children,
    plan,
    send,
    remind: async () => {
      await plan()
      await send()
    },
    issue,
    messages: async (query = '') => (await api.get(`/campaigns/${campaign.id}/messages?limit=500${query}`)).json.items,
  }
}

/** Does the sending jobs' tasks that are due, as a runner does or by the one on Redis, until none is left that can be done. */
export async function sendDue(deps: AllDeps, jobs: readonly QueuedJob[] = [sendMailJob, sendSmsJob]): Promise<void> {
  if (deps.config.redisUrl) return doDueOnRedis(deps, jobs, deps.config.redisUrl)
  for (const job of jobs) {
    let task = await beginNextTask(deps, job)
    while (task) {
      const ended = await attemptTask(deps, job, task, new AbortController().signal)
      await ended.write()
      task = ended.pause > 0 ? undefined : await beginNextTask(deps, job)
    }
  }
}
