import type { App } from '../app.ts'
import { requestTooSlow } from './unread-requests.ts'

/**
 * Refuses a body that is still on its way after `seconds`, and ends its connection. A file may take as long as the server
 * waits for any request: its route says `takesFile`.
 */
export function refuseSlowBodies(app: App, seconds: number): void {
  app.addHook('preParsing', (request, reply, payload, done) => {
    done()
    const { headers, routeOptions } = request
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
    if (!hasBody || routeOptions.config?.takesFile) return
    const patience = setTimeout(() => {
      // Answered already, or read by nobody: then there is nothing more to say.
      if (reply.sent || payload.listenerCount('error') === 0) return void request.raw.destroy()
      reply.header('Connection', 'close')
      // Not destroyed: that would cut the connection off before our answer.
      payload.emit('error', requestTooSlow())
    }, seconds * 1000)
    // A body that was refused unread ends nowhere where no connection brings it (`inject`), and keeps no process alive for that.
    patience.unref()
    const arrived = () => clearTimeout(patience)
    payload.once('end', arrived).once('close', arrived)
  })
}
