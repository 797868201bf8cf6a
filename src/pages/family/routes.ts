import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Deps } from '../../deps.ts'
import { type App, limitGuesses, limitPages } from '../../platform/http/index.ts'
import { localDate } from '../../shared/time.ts'
import { findVoucherByCode, payloadOf, qrPng, qrSvg, readPayload, type VoucherLookup } from '../../vouchers/index.ts'
import { answerFaults, busyAnswer, offerStyle, pageAnswer, sendPage } from '../answers.ts'
import { LanguageQuery, readerLanguage } from '../language.ts'
import { pickupCalendar } from './calendar.ts'
import { brokenPage, busyPage, isPickupAhead, unknownPage, voucherPage } from './page.ts'
import { pageStyle } from './style.ts'
import { type PageLanguage, pageTexts } from './texts.ts'

const tags = ['Parents']
const CodeParams = Type.Object({ code: Type.String({ maxLength: 100, examples: ['7K3D9M2QXH4T'] }) })
const file = (mediaType: string, description: string): object => ({
  200: { description, content: { [mediaType]: { schema: Type.String({ format: 'binary', examples: ['…'] }) } } },
  400: pageAnswer('The same page, for what is too long to be a code.'),
  404: pageAnswer('A page that says that there is no such voucher.'),
  429: busyAnswer,
})
const images = [
  { format: 'svg', mediaType: 'image/svg+xml', type: 'image/svg+xml; charset=utf-8', draw: qrSvg },
  { format: 'png', mediaType: 'image/png', type: 'image/png', draw: qrPng },
]

/** The page that a voucher's QR code leads to. Open to everyone: the code is the secret. */
export async function parentsPage(pages: App, { deps }: { deps: Deps }): Promise<void> {
  answerFaults(pages, { languageOf, unknown: unknownPage, broken: brokenPage, busy: busyPage })
  limitPages(pages, deps.config)
  limitGuesses(pages, deps.config)
  offerStyle(pages, '/assets/parents-page.css', pageStyle)
  for (const path of ['/v', '/V']) {
    const schema = { tags, params: CodeParams, hide: path === '/V' }
    pages.get(
      `${path}/:code`,
      {
        config: { open: true },
        schema: {
          ...schema,
          summary: 'The page of a voucher',
          querystring: LanguageQuery,
          response: file('text/html', 'A page in Greek or in English.'),
        },
      },
      async (request, reply) => {
        const language = languageOf(request)
        const known = await findByText(deps, request.params.code)
        if (!known) return sendPage(reply.code(404), unknownPage(language))
        const { timeZone } = deps.config
        return sendPage(reply, voucherPage(known, { day: localDate(deps.clock.now(), timeZone), timeZone, language }))
      },
    )
    pages.get(
      `${path}/:code/pickup.ics`,
      {
        config: { open: true },
        schema: {
          ...schema,
          summary: 'The days of the pickup for a calendar',
          querystring: LanguageQuery,
          response: file('text/calendar', 'An event (RFC 5545), while the pickup is ahead. Nothing of the child.'),
        },
      },
      async (request, reply) => {
        const language = languageOf(request)
        const known = await findByText(deps, request.params.code)
        const now = deps.clock.now()
        if (!known || !isPickupAhead(known, localDate(now, deps.config.timeZone)))
          return sendPage(reply.code(404), unknownPage(language))
        const { host } = new URL(deps.config.baseUrl)
        return reply
          .type('text/calendar; charset=utf-8')
          .header('Cache-Control', 'no-store')
          .send(pickupCalendar(known, { now, host, language }))
      },
    )
    for (const { format, mediaType, type, draw } of images)
      pages.get(
        `${path}/:code/qr.${format}`,
        {
          config: { open: true },
          schema: {
            ...schema,
            summary: `The QR code of a voucher as ${format.toUpperCase()}`,
            response: file(mediaType, 'An image.'),
          },
        },
        async (request, reply) => {
          const known = await findByText(deps, request.params.code)
          if (!known) return sendPage(reply.code(404), unknownPage(languageOf(request)))
          const payload = payloadOf(deps.config.baseUrl, known.voucher.code)
          return reply
            .type(type)
            .header('Cache-Control', 'no-store')
            .send(await draw(payload))
        },
      )
  }
}

async function findByText({ db, config }: Deps, text: string): Promise<VoucherLookup | undefined> {
  const { code } = readPayload(text, config.baseUrl)
  return code && findVoucherByCode(db.read, code)
}

/** The language of a page in Greek and in English: English for those who read neither by their own account. */
export function languageOf(request: Pick<FastifyRequest, 'query' | 'headers'>): PageLanguage {
  return readerLanguage(request, pageTexts, 'en')
}
