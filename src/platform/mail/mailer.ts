import type { Transporter } from 'nodemailer'
import { AddressRefused } from '../delivery.ts'
import { serialQueue } from '../queues.ts'
import { mailError } from './faults.ts'

/** A mail in plain text, and the same in HTML where there is more to see. */
export interface Mail {
  to: string
  subject: string
  text: string
  html?: string
  /** Images that the HTML shows, each as `cid:` and its name. */
  inline?: { cid: string; contentType: string; content: Buffer }[]
  /** A file that goes with it. */
  attachment?: { name: string; contentType: string; content: string }
  headers?: Record<string, string>
  /** What this mail is known by: with the host of the sender its Message-ID, the same however often it is sent. */
  id?: string
}

/** Sends mail, one at a time. */
export interface Mailer {
  /**
   * Answers once the mail server has taken the mail. Throws one of the errors of `delivery.ts` when it does not, two
   * minutes after its turn has come at the latest.
   */
  send(mail: Mail): Promise<void>
  /** Ends the connection. What is being sent is sent to its end. */
  close(): void
}

/**
 * How long a server may take, in milliseconds: for its first words, for each answer, and for one mail in all. The answer to a whole
 * mail may take as long as its examination; giving up on it leaves a mail that nobody knows of.
 */
const usualPatience = { greeting: 20_000, answer: 60_000, mail: 120_000 }

/** No list of addresses, no name beside one, no second line. */
const oneAddress = /^[^\s\p{Cc}<>()[\]\\,;:"@]+@[^\s\p{Cc}<>()[\]\\,;:"@]+$/u

/** A mailer by the server that `url` names (`smtp://user:password@host:port`, or `smtps:`), in the name of `from`. */
export function openMailer(url: string, from: string, patience = usualPatience): Mailer {
  const options = {
    url,
    pool: true as const,
    maxConnections: 1,
    // Once more where the server ended a connection that lay idle. Nothing is sent twice: see `handedOver`.
    maxRequeues: 1,
    idleTimeout: 5_000,
    connectionTimeout: patience.greeting,
    greetingTimeout: patience.greeting,
    socketTimeout: patience.answer,
    // What is sent was made here: no path or address in it is to be followed.
    disableFileAccess: true,
    disableUrlAccess: true,
  }
  let transporter: Promise<Transporter> | undefined
  const inTurn = serialQueue()
  let closed = false
  /** Whether all of the mail whose turn it is went to the server. */
  let handedOver = false

  async function openTransporter(): Promise<Transporter> {
    // Loaded when it is needed: mail is seldom, and the start has to be quick.
    const { createTransport } = await import('nodemailer')
    const opened = createTransport(options)
    // A mail is read as the server takes it, and ended with the dot that lets the server deliver it when it was read whole.
    opened.use('stream', ({ message }, done) => {
      message.processFunc((content) =>
        content.once('end', () => {
          handedOver = true
        }),
      )
      done()
    })
    if (closed) opened.close()
    return opened
  }

  async function deliver(mail: Mail): Promise<void> {
    if (!oneAddress.test(mail.to)) throw new AddressRefused('no address')
    transporter ??= openTransporter()
    const opened = await transporter
    handedOver = false
    try {
      await opened.sendMail({ ...composed(mail, from), signal: AbortSignal.timeout(patience.mail) })
    } catch (fault) {
      throw mailError(fault as object, handedOver)
    }
  }

  return {
    send: (mail) => inTurn(() => deliver(mail)),
    close() {
      closed = true
      void transporter?.then((opened) => opened.close())
    },
  }
}

/** A mail in nodemailer's words. Every one says that no person wrote it, so that no machine answers (RFC 3834). */
function composed({ to, subject, text, html, inline = [], attachment, headers, id }: Mail, from: string) {
  return {
    from,
    to: { name: '', address: to },
    subject,
    text,
    ...(html !== undefined && { html }),
    ...(id !== undefined && { messageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>` }),
    headers: { 'Auto-Submitted': 'auto-generated', ...headers },
    attachments: [
      ...inline.map((image) => ({ ...image, contentDisposition: 'inline' as const, filename: false as const })),
      ...(attachment
        ? [{ filename: attachment.name, contentType: attachment.contentType, content: attachment.content }]
        : []),
    ],
  }
}
