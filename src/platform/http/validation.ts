import { Ajv, type Options, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import type { FastifySchemaCompiler } from 'fastify'
import { isInstant, isOnCalendar } from '../../shared/time.ts'

const options: Options = {
  validateSchema: false,
  allErrors: true,
  useDefaults: true,
  removeAdditional: false,
  strict: false,
}
const addAllFormats = formats as unknown as (ajv: Ajv) => Ajv
const checkOf = (ajv: Ajv, format: string) => (ajv.formats[format] as { validate: (text: string) => boolean }).validate

/** Teaches `ajv` the formats of JSON Schema; of days and moments those alone that the service's calendar has. */
function addFormats(ajv: Ajv): Ajv {
  addAllFormats(ajv)
  const isDate = checkOf(ajv, 'date')
  const isDateTime = checkOf(ajv, 'date-time')
  ajv.addFormat('date', (text: string) => isDate(text) && isOnCalendar(text))
  ajv.addFormat('date-time', (text: string) => isDateTime(text) && isInstant(text))
  return ajv
}

// What the contract does not name never reaches a use case.
const body = addFormats(new Ajv({ ...options, removeAdditional: 'all' }))
const address = addFormats(new Ajv({ ...options, coerceTypes: 'array' }))

/**
 * Checks input as the contract says. In an address everything is text and is read as what the schema asks for; in a body
 * a number must be a number.
 */
export const inputCompiler: FastifySchemaCompiler<object> = ({ schema, httpPart }) => {
  if ((schema as { format?: string }).format === 'binary') return () => true
  return whenNeeded(() => (httpPart === 'body' ? body : address).compile(schema))
}

/** A check that is made when it is first needed: making them all would take a good part of the start. */
function whenNeeded(make: () => ValidateFunction) {
  let check: ValidateFunction | undefined
  return (input: unknown) => {
    check ??= make()
    return check(input) || { error: check.errors as unknown as Error }
  }
}
