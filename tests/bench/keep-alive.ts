import { connect, type Socket } from 'node:net'

/** Where and how to send. */
export interface Target {
  port: number
  /** Ports of other processes of the same service, which share the connections with it. */
  otherPorts?: number[]
  path: string
  authorization: string
}

/**
 * Sends `bodies` as POSTs over `connections` connections that stay open, each the next as soon as it has its answer, and
 * answers how many a second were answered. Throws for an answer other than 201. Lighter than a general client, so that the
 * server is what is measured.
 */
export async function requestsPerSecond(target: Target, bodies: string[], connections: number): Promise<number> {
  const ports = [target.port, ...(target.otherPorts ?? [])]
  const sockets = await Promise.all(Array.from({ length: connections }, (_, i) => open(ports[i % ports.length]!)))
  const requests = bodies.map((body) => requestOf(target, body))
  let next = 0
  const start = performance.now()
  await Promise.all(
    sockets.map(async (socket) => {
      while (next < requests.length) await exchange(socket, requests[next++]!)
    }),
  )
  const seconds = (performance.now() - start) / 1000
  for (const socket of sockets) socket.destroy()
  return bodies.length / seconds
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket))
    socket.on('error', reject)
  })
}

function requestOf({ port, path, authorization }: Target, body: string): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: ${authorization}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

/** Sends one request and waits for the whole of its answer. */
function exchange(socket: Socket, request: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = ''
    const onData = (chunk: Buffer) => {
      received += chunk.toString('latin1')
      const headEnd = received.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1])
      if (received.length < headEnd + 4 + length) return
      socket.off('data', onData)
      if (received.startsWith('HTTP/1.1 201')) resolve()
      else reject(new Error(received))
    }
    socket.on('data', onData)
    socket.write(request)
  })
}
