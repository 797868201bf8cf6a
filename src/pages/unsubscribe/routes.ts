import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Deps } from '../../deps.ts'
import { knowsUnsubscribeLink, unsubscribe } from '../../notifications/index.ts'
import { type App, limitGuesses, limitPages } from '../../platform/http/index.ts'
import { answerFaults, chosenLanguage, LanguageQuery as querystring } from '../page-faults.ts'
import { sendPage } from '../send-page.ts'
import { confirmPage, unavailablePage, unknownLinkPage, unsubscribedPage, unsubscribeLanguage } from './page.ts'

const tags = ['Parents']
const params = Type.Object({ token: Type.String({ maxLength: 100, examples: ['f8Kq2mZs7Lw0'] }) })
const page = (description: string) => ({
  description,
  content: { 'text/html': { schema: Type.String({ examples: ['<!doctype html>'] }) } },
})
const response: object = {
  200: page('A page in the reader’s language.'),
  400: page('The same page, for what is too long to be a link.'),
  404: page('A page: the link is none.'),
  429: page('A page that says to wait; a problem for who does not ask for a page.'),
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
  return unsubscribeLanguage(chosenLanguage(request), request.headers['accept-language'])
}
