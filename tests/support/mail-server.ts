import { SMTPServer } from 'smtp-server'
import type { Test } from 'tap'

/** A mail server that takes what it is sent, or refuses it while `refuses` says so. */
export async function mailServer(t: Test) {
  const post = { mails: [] as string[], refuses: false, url: '' }
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    onRcptTo: (_address, _session, done) => done(post.refuses ? new Error('No such mailbox') : undefined),
    onData(stream, _session, done) {
      let text = ''
      stream.on('data', (chunk) => {
        text += chunk
      })
      stream.on('end', () => {
        post.mails.push(text)
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>((resolve) => server.close(resolve)))
  post.url = `smtp://127.0.0.1:${(server.server.address() as { port: number }).port}`
  return post
}
