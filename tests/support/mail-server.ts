import type { Test } from 'tap'
import { refusal, startMailServer } from './mailbox.ts'

/** A mail server that takes what it is sent, or refuses it while `refuses` says so. */
export async function mailServer(t: Test) {
  const server = await startMailServer(t, {
    onRcptTo: (_address, _session, done) => done(post.refuses ? refusal(550, 'No such mailbox') : undefined),
  })
  const post = {
    refuses: false,
    url: server.url,
    get mails() {
      return server.mails.map(({ raw }) => raw)
    },
  }
  return post
}
