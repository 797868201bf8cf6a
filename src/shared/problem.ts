/** One fault in the input: where (a JSON pointer, RFC 6901) and what. */
export interface InputFault {
  pointer: string
  message: string
}

/** What a kind of problem is, wherever it happens. `docs/problems.md` lists them all. */
export interface ProblemKind {
  /** Stable, snake_case; clients tell problems apart by it. */
  code: string
  /** The HTTP status that it answers. */
  status: number
  /** A short summary, the same for every occurrence. */
  title: string
}

/** A refusal that a person or a program can act on (RFC 9457). Thrown anywhere, answered in one place. */
export class Problem extends Error {
  readonly code: string
  readonly status: number
  readonly title: string
  /** Further members of the answer: what the reader needs in order to go on. */
  readonly members: Record<string, unknown>

  constructor(kind: ProblemKind, detail: string, members: Record<string, unknown> = {}) {
    super(detail)
    this.name = 'Problem'
    this.code = kind.code
    this.status = kind.status
    this.title = kind.title
    this.members = members
  }
}

const kinds = new Map<string, ProblemKind>()

/** Every problem declared so far, by code. A test holds `docs/problems.md` to it. */
export function problemKinds(): ProblemKind[] {
  return [...kinds.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
}

/**
 * Declares a problem next to the rule that raises it: `detail` is one sentence that says what to do, made from `facts`;
 * `members` are the facts that the answer carries besides. A code is declared once.
 */
export function defineProblem<Facts = void>(
  kind: ProblemKind & {
    detail: (facts: Facts) => string
    members?: (facts: Facts) => Record<string, unknown>
  },
): (facts: Facts) => Problem {
  if (kinds.has(kind.code)) throw new Error(`problem ${kind.code} is declared twice`)
  kinds.set(kind.code, { code: kind.code, status: kind.status, title: kind.title })
  return (facts) => new Problem(kind, kind.detail(facts), kind.members?.(facts))
}

/** Throws `problem` if there is one: what a use case does with the answer of a rule. */
export function refuse(problem: Problem | undefined): void {
  if (problem) throw problem
}

/** There is no such record, or it is not this actor's to see: the two answer alike. */
export const notFound = defineProblem<{ what: string }>({
  code: 'not_found',
  status: 404,
  title: 'Not there',
  detail: ({ what }) => `There is no such ${what}, or it is not yours to see. Check the address.`,
})

/** The input is not of the form that the contract asks for. */
export const invalidInput = defineProblem<{ errors: InputFault[] }>({
  code: 'invalid_input',
  status: 400,
  title: 'The request is not well-formed',
  detail: ({ errors }) =>
    errors.length === 1
      ? `${errors[0]!.pointer || 'The body'} ${errors[0]!.message}. Correct it and send it again.`
      : `${errors.length} fields need correcting; "errors" lists them.`,
  members: (facts) => ({ ...facts }),
})

/** The record has been changed since the version that the caller saw. */
export const staleVersion = defineProblem({
  code: 'stale_version',
  status: 412,
  title: 'Somebody was faster',
  detail: () => 'The record has been changed since you read it. Read it again and repeat your change.',
})
