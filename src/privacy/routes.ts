import type { Static } from 'typebox'
import type { AllDeps, Deps } from '../deps.ts'
import { normalEmail, normalPhone } from '../platform/contacts.ts'
import {
  type App,
  answerList,
  answers,
  commandsOf,
  IdParams,
  listAnswers,
  PageQuerySchema,
  ref,
} from '../platform/http/index.ts'
import { invalidInput } from '../shared/problem.ts'
import { eraseGuardian, type GuardianRequest, giveAccess } from './guardian-requests/use-cases.ts'
import { AccessRequestSchema, AccessSchema, ErasedSchema, ErasureRequestSchema, ErasureSchema } from './schemas.ts'
import { readErasures } from './use-cases.ts'

const tags = ['Privacy']

/** A guardian's rights, one call each, and the reports of what was erased. Contacts are in no address. */
export async function privacyRoutes(app: App, { deps }: { deps: Deps & Pick<AllDeps, 'truncateWal'> }): Promise<void> {
  const command = commandsOf(app, deps)
  app.post(
    '/access-requests',
    {
      // The answer is everything that is held: it is not kept a second time.
      config: { idempotency: 'none' },
      schema: {
        tags,
        summary: 'Give a guardian what is held about them',
        body: AccessRequestSchema,
        response: answers(200, ref(AccessSchema)),
      },
    },
    ({ actor, body }) => giveAccess(deps, actor, requestOf(body)),
  )
  command(
    '/erasure-requests',
    {
      config: { idempotency: 'after' },
      schema: {
        tags,
        summary: 'Forget a guardian',
        body: ErasureRequestSchema,
        response: answers(200, ref(ErasedSchema)),
      },
    },
    (deps, { actor, body }) =>
      eraseGuardian(deps, actor, { ...requestOf(body), includeChildren: body.includeChildren ?? false }),
  )
  app.get(
    '/campaigns/:id/erasures',
    {
      schema: {
        tags,
        summary: 'List what was erased of a campaign',
        params: IdParams,
        querystring: PageQuerySchema,
        response: listAnswers(ErasureSchema),
      },
    },
    (request, reply) =>
      answerList(deps, request, reply, ErasureSchema, (deps, page) =>
        readErasures(deps, request.actor, request.params.id, page),
      ),
  )
}

/** The request with its contacts as they are stored. Raises `invalid_input` for one that is none. */
function requestOf({ phone, email, enrollmentId, reason }: Static<typeof AccessRequestSchema>): GuardianRequest {
  const contact = (pointer: string, text: string | undefined, normal: (text: string) => string | undefined) => {
    if (text === undefined) return undefined
    const known = normal(text.trim())
    if (known === undefined) throw invalidInput({ errors: [{ pointer, message: 'is not valid' }] })
    return known
  }
  return {
    phone: contact('/phone', phone, normalPhone),
    email: contact('/email', email, normalEmail),
    enrollmentId,
    reason,
  }
}
