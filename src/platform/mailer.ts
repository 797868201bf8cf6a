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

/** Sends mail. */
export interface Mailer {
  /**
   * Answers once the mail server has taken the mail. Throws one of the errors of `delivery.ts` when it does not, within a
   * minute.
   */
  send(mail: Mail): Promise<void>
  /** Ends the connection. What is being sent is sent to its end. */
  close(): void
}

const patienceMilliseconds = 20_000

/** A mailer by the server that `url` names (`smtp://user:password@host:port`, or `smtps:`), in the name of `from`. */
export function openMailer(url: string, from: string): Mailer {
  const options = {
    url,
    connectionTimeout: patienceMilliseconds,
    greetingTimeout: patienceMilliseconds,
    socketTimeout: patienceMilliseconds,
    // What is sent was made here: no path or address in it is to be followed.
    disableFileAccess: true,
    disableUrlAccess: true,
  }
  return {
    async send({ to, subject, text, attachment }) {
      const attachments = attachment && [
        { filename: attachment.name, contentType: attachment.contentType, content: attachment.content },
      ]
      // Loaded when it is needed: mail is seldom, and the start has to be quick.
      const { createTransport } = await import('nodemailer')
      await createTransport(options).sendMail({ from, to, subject, text, ...(attachments && { attachments }) })
    },
    close() {},
  }
}
