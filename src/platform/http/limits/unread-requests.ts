import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { defineProblem, type Problem } from '../../../shared/problem.ts'
import { problemBody, problemType } from '../problems.ts'

/** The client took too long to say what it wants. */
export const requestTooSlow = defineProblem({
  code: 'request_too_slow',
  status: 408,
  title: 'The request did not arrive in time',
  detail: () => 'The rest of the request did not come in time. Check the connection and send it again.',
})

const headersTooLarge = defineProblem({
  code: 'headers_too_large',
  status: 431,
  title: 'The headers are too large',
  detail: () => 'The address, cookies and other headers are larger than 16 KiB together. Send less of them.',
})

const malformedRequest = defineProblem({
  code: 'malformed_request',
  status: 400,
  title: 'The request is not HTTP as it should be',
  detail: () => 'The request cannot be read, or its length is not clear. Correct it and send it again.',
})

/** Answers what never became a request: too slow, too long, or not HTTP. Then the connection ends, as nobody knows where in it we are. */
export function answerUnread(error: NodeJS.ErrnoException, socket: Socket, requestId: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const problem = problemOf(error)
  const body = JSON.stringify(problemBody(problem, requestId))
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `Content-Type: ${problemType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroySoon()
}

function problemOf({ code }: NodeJS.ErrnoException): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return requestTooSlow()
  return code === 'HPE_HEADER_OVERFLOW' ? headersTooLarge() : malformedRequest()
}
