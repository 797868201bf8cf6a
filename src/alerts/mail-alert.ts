import type { AllDeps } from '../deps.ts'
import { AddressRefused, ChannelDown, DeliveryDelayed, DeliveryDoubtful } from '../platform/delivery.ts'
import { GiveUp, type QueuedTask, RetryLater } from '../scheduler/index.ts'
import { findAlert, listActiveUsers } from './repository.ts'

/**
 * Mails one alert to one of its readers, unless they can no longer sign in. The same alert to the same reader has the same
 * Message-ID: sent again after a process was killed, it is one mail to most mail programs.
 */
export async function mailAlert(
  { db, mailer }: Pick<AllDeps, 'db' | 'mailer'>,
  { payload }: QueuedTask,
): Promise<void> {
  const { noticeId, userId } = payload as { noticeId: string; userId: string }
  const alert = await findAlert(db.read, noticeId)
  const reader = (await listActiveUsers(db.read)).find(({ id }) => id === userId)
  if (!alert || !reader) return
  if (!mailer) throw new GiveUp('no mail server is configured')
  const { subject, text } = alert
  try {
    await mailer.send({ to: reader.email, subject, text, id: `notice-${noticeId}-${userId}` })
  } catch (error) {
    throw failureOf(error as Error)
  }
}

/** What becomes of an alert that the mail server did not take. */
function failureOf(error: Error): Error {
  if (error instanceof AddressRefused || error instanceof DeliveryDoubtful)
    return new GiveUp(error.message, { cause: error })
  if (!(error instanceof DeliveryDelayed || error instanceof ChannelDown)) return error
  const { message, retryAfterSeconds: afterSeconds } = error
  const pausesJob = error instanceof ChannelDown
  return new RetryLater(message, { ...(afterSeconds !== undefined && { afterSeconds }), pausesJob, cause: error })
}
