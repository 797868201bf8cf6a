import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

/** A mail server that takes everything on this machine and lets nothing out: the demonstration writes to nobody. */
export interface MailSink {
  url: string
  /** How many mails it has taken. */
  taken(): number
  close(): void
}

/** Opens a sink on a free port. It speaks as much SMTP as it takes to be sent to (RFC 5321). */
export async function openMailSink(): Promise<MailSink> {
  let mails = 0
  const clients = new Set<Socket>()
  const server = createServer((socket) => {
    clients.add(socket)
    socket.on('close', () => clients.delete(socket))
    socket.on('error', () => socket.destroy())
    const say = (line: string) => socket.write(`${line}\r\n`)
    let isInData = false
    say('220 sink')
    createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      if (isInData) {
        if (line !== '.') return
        isInData = false
        mails++
        say('250 taken')
      } else if (/^data$/i.test(line)) {
        isInData = true
        say('354 go on')
      } else if (/^quit$/i.test(line)) socket.end('221 bye\r\n')
      else say('250 ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  const { port } = server.address() as { port: number }
  return {
    url: `smtp://127.0.0.1:${port}`,
    taken: () => mails,
    close: () => {
      server.close()
      for (const client of clients) client.destroy()
    },
  }
}
