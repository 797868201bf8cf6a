import { invalidInput } from '../shared/problem.ts'

const longest = 200
const pointer = '/headers/access-reason'

/**
 * Why somebody looks at personal data, as the header `Access-Reason` says it: 1 to 200 characters, percent-encoded UTF-8
 * where they are not ASCII (headers hold no others). Undefined without one. Raises `invalid_input`.
 */
export function accessReasonOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  const reason = decoded(String(header))?.trim()
  if (!reason) throw invalidInput({ errors: [{ pointer, message: 'must be text, percent-encoded UTF-8' }] })
  if ([...reason].length > longest)
    throw invalidInput({ errors: [{ pointer, message: `must have 1 to ${longest} characters` }] })
  return reason
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
