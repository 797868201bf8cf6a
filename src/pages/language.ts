import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'

/** The language that a page is asked for in. What is none of the page's, or more than one, is no choice: nothing is refused for it. */
export const LanguageQuery = Type.Object({
  lang: Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String())], {
      description: 'A language of the page. Without one, or with another, the browser’s counts.',
      examples: ['en'],
    }),
  ),
})

/**
 * The language to answer in, of those that `texts` are in: the one that the address chooses, else the first that the browser
 * prefers (RFC 9110, section 12.5.4), else `foreign` for a browser that asks for others only, else Greek.
 */
export function readerLanguage<Language extends string>(
  { query, headers }: Pick<FastifyRequest, 'query' | 'headers'>,
  texts: Record<Language | 'el', unknown>,
  foreign: Language | 'el',
): Language | 'el' {
  const isOurs = (language: unknown): language is Language => Object.hasOwn(texts, String(language))
  const { lang } = query as { lang?: unknown }
  if (typeof lang === 'string' && isOurs(lang)) return lang
  const preferred = (headers['accept-language'] ?? '')
    .split(',')
    .map((range) => {
      const [tag, weight] = range.split(';').map((part) => part.trim())
      return { language: tag!.split('-')[0]!.toLowerCase(), quality: Number(weight?.replace('q=', '') ?? 1) }
    })
    .filter(({ language, quality }) => language !== '' && quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ language }) => language)
  return preferred.find(isOurs) ?? (preferred.some((language) => language !== '*') ? foreign : 'el')
}
