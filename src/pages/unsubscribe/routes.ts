import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Deps } from '../../deps.ts'
import { knowsUnsubscribeLink, unsubscribe } from '../../notifications/index.ts'
import { type App, limitGuesses, limitPages } from '../../platform/http/index.ts'
import { answerFaults, busyAnswer, pageAnswer, sendPage } from '../answers.ts'
import { LanguageQuery as querystring, readerLanguage } from '../language.ts'
import { confirmPage, unavailablePage, unknownLinkPage, unsubscribedPage } from './page.ts'
import { unsubscribeTexts } from './texts.ts'

const tags = ['Parents']
const params = Type.Object({ token: Type.String({ maxLength: 100, examples: ['f8Kq2mZs7Lw0'] }) })
const response: object = {
  200: pageAnswer('A page in the reader’s language.'),
  400: pageAnswer('The same page, for what is too long to be a link.'),
  404: pageAnswer('A page: the link is none.'),
  429: busyAnswer,
}

/**
 * The page that ends reminders, open to everyone: the link is the secret. To look at it changes nothing; a POST does it at
 * once, also a mail program's own (`List-Unsubscribe=One-Click`, RFC 8058), which asks no question.
 */
export async function unsubscribePage(pages: App, { deps }: { deps: Deps }): Promise<void> {
  pages.addContentTypeParser(
    ['application/x-www-form-urlencoded', 'multipart/form-data'],
    { parseAs: 'string', bodyLimit: 10_000 },
    // What it says is not asked: that it comes is enough.
    (_request, _body, done) => done(null, undefined),
  )
  answerFaults(pages, { languageOf, unknown: unknownLinkPage, broken: unavailablePage })
  limitPages(pages, deps.config)
  limitGuesses(pages, deps.config)
  pages.get(
    '/stop/:token',
    {
      config: { open: true },
      schema: { tags, summary: 'The page that ends reminders', params, querystring, response },
    },
    async (request, reply) =>
      (await knowsUnsubscribeLink(deps, request.params.token))
        ? sendPage(reply, confirmPage(languageOf(request)))
        : sendPage(reply.code(404), unknownLinkPage(languageOf(request))),
  )
  pages.post(
    '/stop/:token',
    {
      config: { open: true },
      schema: { tags, summary: 'End reminders', params, querystring, response },
    },
    async (request, reply) =>
      (await unsubscribe(deps, request.params.token))
        ? sendPage(reply, unsubscribedPage(languageOf(request)))
        : sendPage(reply.code(404), unknownLinkPage(languageOf(request))),
  )
}

function languageOf(request: FastifyRequest) {
  return readerLanguage(request, unsubscribeTexts, 'el')
}
