import type { IncomingMessage } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyContextConfig,
  FastifyReply,
  FastifyRequest,
  FastifySchema,
  HTTPMethods,
  RawServerDefault,
  RouteGenericInterface,
} from 'fastify'
import { type Static, type TObject, type TSchema, Type } from 'typebox'
import type { Deps } from '../../deps.ts'
import type { Page, PageQuery } from '../../shared/page.ts'
import type { App } from './app.ts'
import { answerOnce } from './idempotency/commands.ts'
import type { Once } from './idempotency/once.ts'
import { answerList, listAnswers } from './lists/lists.ts'
import { type FileAnswer, PageQuerySchema, problemResponses, ref } from './schemas.ts'

/** What every route says of itself: the members of Fastify's `schema` and, beside them, its `config`. */
interface Options extends FastifySchema {
  summary: string
  config?: FastifyContextConfig | undefined
  attachValidation?: boolean
}

/** A route with one answer: `{ 201: KitSchema }` is its status and its body. Without a `response` it answers 204 and nothing. */
interface RouteOptions extends Options {
  response?: Record<number, TSchema | FileAnswer>
}

/** A list: what it is of. Its `querystring` is {@link PageQuerySchema}, or one that has its properties. */
interface ListOptions extends Options {
  items: TObject
}

/** A request whose parts have the types of the schemas in `Schema`. */
type RequestOf<Schema extends FastifySchema> = FastifyRequest<
  RouteGenericInterface,
  RawServerDefault,
  IncomingMessage,
  Schema,
  TypeBoxTypeProvider,
  FastifyContextConfig,
  FastifyBaseLogger
>

/** What is answered: as the schema in `response` says, or anything where it is a file or nothing. */
type AnswerOf<Route extends RouteOptions> = Route extends { response: Record<number, infer Answer extends TSchema> }
  ? Static<Answer>
  : unknown

/** Makes the answer with the deps that it is given, and `once` where it happens outside a transaction ({@link answerOnce}). */
type Handler<Given, Route extends RouteOptions> = (
  deps: Given,
  request: RequestOf<Route>,
  reply: FastifyReply,
  once: Once | undefined,
) => AnswerOf<Route> | Promise<AnswerOf<Route>>

const nothing = { 204: Type.Null({ description: 'Done.' }) }

/**
 * How the routes of a module are registered, which the contract lists under `tag`. A route is its path, what it says of itself,
 * and a handler that is given the `deps` to work with. It answers with the status that its `response` names, a record that has a
 * `version` with that as its ETag, and any problem. A `command` is a POST that with an `Idempotency-Key` happens once
 * ({@link answerOnce}); a `list` is given the page to read, and answers JSON, CSV or NDJSON ({@link answerList}).
 */
export function routesOf<Given extends Deps>(app: App, deps: Given, tag: string) {
  function add(
    method: HTTPMethods,
    url: string,
    { config, attachValidation = false, ...schema }: Options,
    handler: (request: RequestOf<FastifySchema>, reply: FastifyReply) => Promise<unknown>,
  ): void {
    const options = { config: { ...config }, attachValidation, schema: { tags: [tag], ...schema } }
    app.route<RouteGenericInterface, FastifyContextConfig, FastifySchema>({ method, url, ...options, handler })
  }

  function list<Route extends ListOptions>(
    path: string,
    { items, ...options }: Route,
    read: (deps: Given, request: RequestOf<Route>, page: PageQuery) => Promise<Page<Static<Route['items']>>>,
  ): void {
    const response = listAnswers(items)
    add('GET', path, { querystring: PageQuerySchema, ...options, response }, (request, reply) =>
      answerList(deps, request, reply, items, (deps, page) => read(deps, request as RequestOf<Route>, page)),
    )
  }

  const answering =
    (method: HTTPMethods) =>
    <Route extends RouteOptions>(path: string, options: Route, handler: Handler<Given, Route>): void => {
      const [[status, answer]] = Object.entries(options.response ?? nothing) as [[string, TSchema | FileAnswer]]
      const isVersioned = 'properties' in answer && 'version' in (answer as TObject).properties
      const response = { [status]: '$id' in answer ? ref(answer) : answer, ...problemResponses }
      const config = method === 'POST' ? { idempotency: 'inside' as const, ...options.config } : options.config
      add(method, path, { ...options, config, response }, (request, reply) => {
        const work = async (deps: Given, once?: Once) => {
          reply.code(Number(status))
          const answered = await handler(deps, request as RequestOf<Route>, reply, once)
          if (isVersioned) reply.header('ETag', `"${(answered as { version: number }).version}"`)
          // A null would be written out.
          return answered ?? undefined
        }
        return method === 'POST' ? answerOnce({ deps, work, request, reply }) : work(deps)
      })
    }

  return {
    list,
    get: answering('GET'),
    command: answering('POST'),
    put: answering('PUT'),
    patch: answering('PATCH'),
    remove: answering('DELETE'),
  }
}
