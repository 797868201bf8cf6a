import type { Static } from 'typebox'
import type { AllDeps, Deps } from '../deps.ts'
import { normalEmail, normalPhone } from '../platform/contacts.ts'
import { type App, IdParams, routesOf } from '../platform/http/index.ts'
import { invalidInput } from '../shared/problem.ts'
import { readErasures } from './erasure/retention.ts'
import { eraseGuardian, type GuardianRequest, giveAccess } from './guardian-requests/use-cases.ts'
import { AccessRequestSchema, AccessSchema, ErasedSchema, ErasureRequestSchema, ErasureSchema } from './schemas.ts'

/** A guardian's rights, one call each, and the reports of what was erased. Contacts are in no address. */
export async function privacyRoutes(app: App, { deps }: { deps: Deps & Pick<AllDeps, 'truncateWal'> }): Promise<void> {
  const { list, command } = routesOf(app, deps, 'Privacy')
  command(
    '/access-requests',
    {
      summary: 'Give a guardian what is held about them',
      // The answer is everything that is held: it is not kept a second time.
      config: { idempotency: 'none' },
      body: AccessRequestSchema,
      response: { 200: AccessSchema },
    },
    (deps, { actor, body }) => giveAccess(deps, actor, requestOf(body)),
  )
  command(
    '/erasure-requests',
    {
      summary: 'Forget a guardian',
      config: { idempotency: 'after' },
      body: ErasureRequestSchema,
      response: { 200: ErasedSchema },
    },
    (deps, { actor, body }) =>
      eraseGuardian(deps, actor, { ...requestOf(body), includeChildren: body.includeChildren ?? false }),
  )
  list(
    '/campaigns/:id/erasures',
    { summary: 'List what was erased of a campaign', params: IdParams, items: ErasureSchema },
    (deps, { actor, params }, page) => readErasures(deps, actor, params.id, page),
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
