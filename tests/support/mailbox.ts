import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import type { Test } from 'tap'

/** A mail server on this machine, and what it has taken. */
export interface MailServer {
  url: string
  /** Whole mails as they came over the wire, each with those that it was for. */
  mails: { to: string[]; raw: string }[]
  /** How many connections it has seen. */
  connections: number
  server: SMTPServer
}

/** An answer of a mail server that is no consent. */
export function refusal(responseCode: number, text = 'No'): Error {
  return Object.assign(new Error(text), { responseCode })
}

/** The words of a plain mail as it came over the wire, out of their transfer encoding. */
export function textOfMail(raw: string): string {
  const end = raw.indexOf('\r\n\r\n')
  const [head, body] = [raw.slice(0, end), raw.slice(end + 4)]
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString()
  if (!/quoted-printable/i.test(head)) return body
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}

/** Starts a mail server that takes everything, but for what `options` say; it ends with the test. */
export async function startMailServer(t: Test, options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: MailServer['mails'] = []
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    closeTimeout: 100,
    ...options,
    onConnect(session, done) {
      post.connections++
      if (options.onConnect) options.onConnect.call(server, session, done)
      else done()
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk) => chunks.push(chunk))
      stream.on('end', () => {
        const take = (error?: Error | null) => {
          const to = session.envelope.rcptTo.map(({ address }) => address)
          if (!error) mails.push({ to, raw: Buffer.concat(chunks).toString() })
          done(error)
        }
        if (options.onData) options.onData.call(server, stream, session, take)
        else take()
      })
    },
  })
  server.on('error', () => {}) // a client that hangs up is what some tests are about
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>((resolve) => server.close(resolve)))
  const { port } = server.server.address() as AddressInfo
  const post: MailServer = { url: `smtp://127.0.0.1:${port}`, mails, connections: 0, server }
  return post
}

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
