import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** Where and how to send. */
export interface Target {
  port: number
  path: string
  authorization: string
}

/**
 * Sends `bodies` as POSTs over `connections` connections that stay open, each the next as soon as it has its answer, and
 * answers how many a second were answered. Throws for an answer other than 201. Lighter than a general client, so that the
 * server is what is measured.
 */
export async function requestsPerSecond(target: Target, bodies: string[], connections: number): Promise<number> {
  const sockets = await openAll(target, connections)
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

/**
 * Sends `bodies` as POSTs, `perSecond` of them each second whether or not those before have been answered, over `connections`
 * connections in turn, and answers how many milliseconds after its time each was answered.
 */
export async function steadily(
  target: Target,
  bodies: string[],
  { perSecond, connections }: { perSecond: number; connections: number },
): Promise<number[]> {
  const sockets = await openAll(target, connections)
  const requests = bodies.map((body) => requestOf(target, body))
  const idle = sockets.map(() => Promise.resolve())
  const latencies: Promise<number>[] = []
  const start = performance.now()
  for (const [i, request] of requests.entries()) {
    const due = start + (i * 1000) / perSecond
    if (due > performance.now()) await pause(due - performance.now())
    const lane = i % connections
    const answered = idle[lane]!.then(() => exchange(sockets[lane]!, request))
    idle[lane] = answered
    latencies.push(answered.then(() => performance.now() - due))
  }
  const all = await Promise.all(latencies)
  for (const socket of sockets) socket.destroy()
  return all
}

const openAll = ({ port }: Target, connections: number) =>
  Promise.all(Array.from({ length: connections }, () => open(port)))

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
