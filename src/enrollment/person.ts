import { normalEmail, normalLanguage, normalPhone } from '../platform/contacts.ts'
import { isFormula } from '../platform/tabular/index.ts'
import { type InputFault, invalidInput } from '../shared/problem.ts'
import { defaultLanguage, type Guardian, type Person } from './rules.ts'

/** A guardian as somebody has typed it in. */
export type GuardianInput = { [Field in keyof Guardian]?: Guardian[Field] | null | undefined }

/** What of a child somebody has typed in; what is not there stays as it is. */
export type PersonInput = { [Field in keyof Person]?: Person[Field] | undefined } & {
  guardians?: readonly GuardianInput[] | undefined
}

const names = ['familyName', 'givenName', 'section'] as const

/**
 * A child's data as they are stored: trimmed, contacts in one spelling, guardians of whom nothing is known left out.
 * Raises `invalid_input` with every fault; a name that begins like a formula is one.
 */
export function toPerson(input: PersonInput): Partial<Person> & { guardians?: Guardian[] } {
  const errors: InputFault[] = []
  const text = (pointer: string, value: string | null | undefined) => {
    const trimmed = value?.trim().normalize('NFC') || null
    if (trimmed && isFormula(trimmed)) errors.push({ pointer, message: 'begins like a formula' })
    return trimmed
  }
  const contact = (pointer: string, value: string | null | undefined, normal: (text: string) => string | undefined) => {
    const known = value?.trim() ? normal(value.trim()) : null
    if (known === undefined) errors.push({ pointer, message: 'is not valid' })
    return known ?? null
  }
  const given = names.filter((field) => input[field] !== undefined)
  const person = Object.fromEntries(given.map((field) => [field, text(`/${field}`, input[field])]))
  const guardians = input.guardians?.map((guardian, i) => ({
    name: text(`/guardians/${i}/name`, guardian.name),
    email: contact(`/guardians/${i}/email`, guardian.email, normalEmail),
    phone: contact(`/guardians/${i}/phone`, guardian.phone, normalPhone),
    language: contact(`/guardians/${i}/language`, guardian.language, normalLanguage) ?? defaultLanguage,
    consent: guardian.consent ?? false,
  }))
  if (errors.length > 0) throw invalidInput({ errors })
  return {
    ...person,
    ...(guardians && { guardians: guardians.filter(({ name, email, phone }) => name || email || phone) }),
  }
}
