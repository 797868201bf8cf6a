import { Type } from 'typebox'
import { IdSchema, named, nullable, oneOf, PageQuerySchema, TextSchema } from '../platform/http/index.ts'
import { locationKinds } from './rules.ts'

const text = (example: string, maxLength = 200) => nullable(Type.String({ maxLength, examples: [example] }))
const CodeSchema = Type.String({ minLength: 1, maxLength: 20, pattern: '^\\S+$', examples: ['A'] })
const MinistryCodeSchema = Type.String({
  minLength: 1,
  maxLength: 20,
  pattern: '^[A-Za-z0-9-]+$',
  examples: ['9000001'],
})
const VersionSchema = Type.Integer({ examples: [1] })

const community = {
  code: CodeSchema,
  name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', examples: ['Α΄ Δημοτική Κοινότητα'] }),
  nameLatin: text('1st Municipal Community'),
}
const contacts = {
  address: text('Κολοκοτρώνη 58'),
  postalCode: text('185 42', 20),
  latitude: nullable(Type.Number({ minimum: -90, maximum: 90, examples: [37.961784] })),
  longitude: nullable(Type.Number({ minimum: -180, maximum: 180, examples: [23.648098] })),
  email: nullable(Type.String({ format: 'email', maxLength: 254, examples: ['school02@schools.example.org'] })),
  phone: text('+30 210 400 0002', 30),
}
const school = {
  ministryCode: MinistryCodeSchema,
  name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', examples: ['2ο Δημοτικό Σχολείο Πειραιά'] }),
  communityId: IdSchema,
}

export const CommunitySchema = named('Community', { id: IdSchema, ...community, version: VersionSchema })
export const NewCommunitySchema = Type.Object({ ...community, nameLatin: Type.Optional(community.nameLatin) })
export const CommunityChangeSchema = Type.Partial(Type.Object(community))
export const SchoolSchema = named('School', {
  id: IdSchema,
  ...school,
  locationId: IdSchema,
  ...contacts,
  version: VersionSchema,
})
export const NewSchoolSchema = Type.Object({ ...school, ...Type.Partial(Type.Object(contacts)).properties })
export const SchoolChangeSchema = Type.Partial(Type.Object({ ...school, ...contacts }))
export const SchoolQuerySchema = Type.Object({
  ...PageQuerySchema.properties,
  communityId: Type.Optional(IdSchema),
  q: Type.Optional(Type.String({ maxLength: 100, examples: ['28ο'] })),
})
export const LocationSchema = named('Location', {
  id: IdSchema,
  kind: oneOf(locationKinds),
  name: TextSchema,
  schoolId: nullable(IdSchema),
})
export const LocationQuerySchema = Type.Object({
  ...PageQuerySchema.properties,
  kind: Type.Optional(oneOf(locationKinds)),
})
export const NewWarehouseSchema = Type.Object({ name: TextSchema })
