import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { defineProblem, type InputFault, invalidInput, notFound, Problem } from '../../shared/problem.ts'
import { calendarYears } from '../../shared/time.ts'

/** The media type of problems (RFC 9457). */
export const problemType = 'application/problem+json'

const tooLarge = defineProblem({
  code: 'body_too_large',
  status: 413,
  title: 'The request is too large',
  detail: () => 'The body is larger than this call takes. Send less at once.',
})

const unsupportedMedia = defineProblem({
  code: 'unsupported_media_type',
  status: 415,
  title: 'The body is of a kind that this call does not take',
  detail: () => 'Send application/json, or for an import a CSV or XLSX file.',
})

const unreadable = defineProblem({
  code: 'unreadable_body',
  status: 400,
  title: 'The body cannot be read',
  detail: () => 'The body is not valid JSON, or not of the length that was announced. Correct it and send it again.',
})

const internal = defineProblem({
  code: 'internal_error',
  status: 500,
  title: 'Something is broken here',
  detail: () => 'The fault is ours and has been logged. Give the requestId to whoever runs the service.',
})

const faultsAtMost = 100

/** The body that `problem` is answered with. */
export function problemBody(problem: Problem, requestId: string): Record<string, unknown> {
  const { retryAfter, ...members } = problem.members
  return {
    type: `/problems/${problem.code.replaceAll('_', '-')}`,
    title: problem.title,
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    requestId,
    ...members,
  }
}

/** Answers any error as a problem; one that nobody foresaw is logged and answered without its details. */
export function answerError(error: FastifyError | Problem | Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error)
  if (problem.status >= 500) request.log.error({ err: error }, problem.code)
  answerProblem(problem, request, reply)
}

/** Answers `problem`. */
function answerProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  if (problem.members.retryAfter) reply.header('Retry-After', String(problem.members.retryAfter))
  reply.code(problem.status).header('Content-Type', problemType)
  // Own text: members differ from problem to problem, and a serializer would drop them.
  reply.serializer((body) => JSON.stringify(body)).send(problemBody(problem, request.id))
}

/** Answers an address that leads nowhere. */
export function answerNotFound(request: FastifyRequest, reply: FastifyReply): void {
  answerProblem(notFound({ what: 'address' }), request, reply)
}

function toProblem(error: FastifyError | Problem | Error): Problem {
  if (error instanceof Problem) return error
  if (error.cause instanceof Problem) return error.cause
  const { validation, validationContext, statusCode, code } = error as FastifyError
  if (validation) return invalidInput({ errors: inputFaults(validation, validationContext) })
  // A file that is not there, or an address that would lead out of its folder: not ours to tell apart.
  if (statusCode === 403 || statusCode === 404) return notFound({ what: 'address' })
  if (statusCode === 413) return tooLarge()
  if (statusCode === 415) return unsupportedMedia()
  if (statusCode === 400 || code?.startsWith('FST_ERR_CTP')) return unreadable()
  return internal()
}

type SchemaFault = NonNullable<FastifyError['validation']>[number]

/** One fault for each place. Of a field that may also be null, what it should be says more than that it is not null. */
function inputFaults(validation: SchemaFault[], context: string | undefined): InputFault[] {
  const faults = new Map<string, InputFault>()
  for (const fault of validation) {
    const { pointer, message } = inputFault(fault, context)
    if (!faults.has(pointer) && faults.size < faultsAtMost) faults.set(pointer, { pointer, message })
  }
  return [...faults.values()]
}

function inputFault(fault: SchemaFault, context = 'body'): InputFault {
  const inside = fault.keyword === 'required' ? `/${String(fault.params.missingProperty)}` : ''
  const place = context === 'body' ? '' : `/${context}`
  return { pointer: `${place}${fault.instancePath}${inside}`, message: sentenceOf(fault) }
}

function sentenceOf({ keyword, params, message }: SchemaFault): string {
  if (keyword === 'required') return 'is missing'
  if (keyword === 'enum') return `must be one of ${(params.allowedValues as string[]).join(', ')}`
  if (keyword === 'pattern') return 'is not of the form that it must have'
  if (keyword === 'format' && params.format === 'date') return `must be a day of ${calendarYears}, as YYYY-MM-DD`
  if (keyword === 'format' && params.format === 'date-time')
    return `must be a moment of ${calendarYears}, as RFC 3339 writes it`
  return message ?? 'is not valid'
}
