import type { FastifyReply, FastifyRequest } from 'fastify'
import { invalidInput } from '../../shared/problem.ts'

/**
 * The version that `If-Match` asks for; undefined when the caller does not mind. One beyond exact integers is none that a
 * record has, and stays one that every engine can compare.
 */
export function ifMatch(request: FastifyRequest): number | undefined {
  const header = request.headers['if-match']
  if (header === undefined || header === '*') return undefined
  const version = /^(?:W\/)?"(\d+)"$/.exec(header)?.[1]
  if (!version)
    throw invalidInput({ errors: [{ pointer: '/headers/if-match', message: 'must be an ETag of this record' }] })
  return Math.min(Number(version), Number.MAX_SAFE_INTEGER)
}

/** Answers `record` with its version as ETag. */
export function withVersion<Versioned extends { version: number }>(reply: FastifyReply, record: Versioned): Versioned {
  reply.header('ETag', `"${record.version}"`)
  return record
}
