import type { IncomingHttpHeaders } from 'node:http'
import { invalidInput } from '../../shared/problem.ts'

/**
 * The version that `If-Match` asks for; undefined when the caller does not mind. One beyond exact integers is none that a
 * record has, and stays one that every engine can compare.
 */
export function ifMatch({ 'if-match': header }: IncomingHttpHeaders): number | undefined {
  if (header === undefined || header === '*') return undefined
  const version = /^(?:W\/)?"(\d+)"$/.exec(header)?.[1]
  if (!version)
    throw invalidInput({ errors: [{ pointer: '/headers/if-match', message: 'must be an ETag of this record' }] })
  return Math.min(Number(version), Number.MAX_SAFE_INTEGER)
}
