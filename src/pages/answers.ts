import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Html } from '../platform/html.ts'
import { type App, answerError } from '../platform/http/index.ts'
import { Problem } from '../shared/problem.ts'

/** The pages of one family for what cannot be answered, each in the reader's language. */
export interface FaultPages<Language> {
  languageOf: (request: FastifyRequest) => Language
  /** The address is none of ours. */
  unknown: (language: Language) => Html
  /** The service has a fault, or does not take what was sent. */
  broken: (language: Language) => Html
  /** Somebody has asked too often; `broken` where there is none. */
  busy?: (language: Language) => Html
}

/**
 * Answers what goes wrong on `pages` with its own status and a page that says so; the log tells of faults of the service alone. Who
 * has asked too often, and asks for no page, gets the problem.
 */
export function answerFaults<Language>(pages: App, faults: FaultPages<Language>): void {
  const { languageOf, unknown, broken, busy = broken } = faults
  pages.setErrorHandler((error: Error, request, reply) => {
    const status = statusOf(error)
    if (status >= 500) request.log.error({ err: error }, 'a page failed')
    reply.code(status)
    const isOfAddress = status === 404 || (error as FastifyError).validationContext === 'params'
    if (isOfAddress) return sendPage(reply, unknown(languageOf(request)))
    if (status !== 429) return sendPage(reply, broken(languageOf(request)))
    if (!request.headers.accept?.includes('text/html')) {
      answerError(error, request, reply)
      return reply
    }
    if (error instanceof Problem) reply.header('Retry-After', String(error.members.retryAfter))
    return sendPage(reply, busy(languageOf(request)))
  })
}

function statusOf(error: Error): number {
  return error instanceof Problem ? error.status : ((error as { statusCode?: number }).statusCode ?? 500)
}

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

/** Offers the stylesheet of pages at `path`. */
export function offerStyle(pages: App, path: string, style: string): void {
  pages.get(path, { config: { open: true }, schema: { hide: true } }, (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('Cache-Control', 'public, max-age=3600').send(style),
  )
}

/** A page among the answers of a route. */
export const pageAnswer = (description: string) => ({
  description,
  content: { 'text/html': { schema: Type.String({ examples: ['<!doctype html>'] }) } },
})

/** What an address is answered that is too often asked for. */
export const busyAnswer = pageAnswer('A page that says to wait; a problem for who does not ask for a page.')
