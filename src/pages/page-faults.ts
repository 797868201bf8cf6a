import type { FastifyError, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Html } from '../platform/html.ts'
import { type App, answerError } from '../platform/http/index.ts'
import { Problem } from '../shared/problem.ts'
import { sendPage } from './send-page.ts'

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

/** The language that a page is asked for in. What is none of the page's, or more than one, is no choice: nothing is refused for it. */
export const LanguageQuery = Type.Object({
  lang: Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String())], {
      description: 'A language of the page. Without one, or with another, the browser’s counts.',
      examples: ['en'],
    }),
  ),
})

/** The language that the address of `request` chooses. */
export function chosenLanguage({ query }: Pick<FastifyRequest, 'query'>): string | undefined {
  const { lang } = query as { lang?: unknown }
  return typeof lang === 'string' ? lang : undefined
}
