import type { FastifyReply } from 'fastify'
import type { Html } from '../platform/html.ts'

/** Sends a page whose address is a secret: nobody keeps it, passes the address on, or finds it by searching. */
export function sendPage(reply: FastifyReply, page: Html): FastifyReply {
  return reply
    .headers({
      'Cache-Control': 'no-store',
      Vary: 'Accept-Language',
      'Referrer-Policy': 'no-referrer',
      'X-Robots-Tag': 'noindex',
    })
    .type('text/html; charset=utf-8')
    .send(page.text)
}
