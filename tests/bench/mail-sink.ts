import { SMTPServer } from 'smtp-server'

// A process of its own that takes every mail and forgets it. Says on which port, and how many there were when asked.
let mails = 0
const server = new SMTPServer({
  authOptional: true,
  hideSTARTTLS: true,
  onData(stream, _session, done) {
    stream.resume()
    stream.on('end', () => {
      mails++
      done()
    })
  },
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.server.address() as { port: number }).port }))
process.on('message', () => process.send?.({ mails }))
