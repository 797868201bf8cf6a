import type { Deps } from '../deps.ts'
import { AddressRefused, ChannelDown, DeliveryDelayed, DeliveryDoubtful } from '../platform/delivery.ts'
import { GiveUp, type QueuedTask, RetryLater } from '../scheduler/index.ts'
import { findNotice, listActiveUsers } from './repository.ts'

/**
 * Mails one notice to one of those whom it is for, unless they can no longer sign in. The same notice to the same reader has
 * the same Message-ID: sent again by the process after one that was killed, it is one mail to most mail programs.
 */
export async function mailNotice({ db, mailer }: Deps, { payload }: QueuedTask): Promise<void> {
  const { noticeId, userId } = payload as { noticeId: string; userId: string }
  const notice = await findNotice(db.read, noticeId)
  const reader = (await listActiveUsers(db.read)).find(({ id }) => id === userId)
  if (!notice || !reader) return
  if (!mailer) throw new GiveUp('no mail server is configured')
  const { subject, text } = notice
  try {
    await mailer.send({ to: reader.email, subject, text, id: `notice-${noticeId}-${userId}` })
  } catch (error) {
    throw failureOf(error as Error)
  }
}

/** What becomes of a notice that the mail server did not take. */
function failureOf(error: Error): Error {
  if (error instanceof AddressRefused || error instanceof DeliveryDoubtful)
    return new GiveUp(error.message, { cause: error })
  if (error instanceof DeliveryDelayed) return new RetryLater(error.message, { ...waiting(error), cause: error })
  if (error instanceof ChannelDown)
    return new RetryLater(error.message, { ...waiting(error), pausesJob: true, cause: error })
  return error
}

const waiting = ({ retryAfterSeconds }: ChannelDown | DeliveryDelayed) =>
  retryAfterSeconds === undefined ? {} : { afterSeconds: retryAfterSeconds }
