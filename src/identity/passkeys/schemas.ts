import { Type } from 'typebox'
import { IdSchema, InstantSchema, named, nullable, oneOf } from '../../platform/http/index.ts'

const encoded = (maxLength: number, example: string) =>
  Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength, examples: [example] })
const CredentialIdSchema = encoded(1400, 'aHR0cHM6Ly9zYWth')
const ChallengeSchema = encoded(200, '3Jv8Zyb0Cq1u0uYcXb0hVw')
const ClientDataSchema = encoded(10_000, 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0')
const TransportSchema = Type.String({ maxLength: 20, pattern: '^[a-z-]+$', examples: ['internal'] })
const TransportsSchema = Type.Array(TransportSchema, { maxItems: 10 })
const TypeSchema = oneOf(['public-key'])
const PasskeyNameSchema = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', examples: ['Office laptop'] })
/** What extensions answered; none is asked for that anything depends on. */
const ExtensionsSchema = Type.Object({}, { examples: [{}] })

export const PasskeySchema = named('Passkey', {
  id: IdSchema,
  name: PasskeyNameSchema,
  createdAt: InstantSchema,
  lastUsedAt: nullable(InstantSchema),
  backedUp: Type.Boolean({ examples: [true] }),
  transports: TransportsSchema,
})
export const PasskeyChangeSchema = Type.Object({ name: PasskeyNameSchema })
export const PasskeyCreationSchema = named('PasskeyCreation', {
  rp: Type.Object({
    id: Type.String({ examples: ['saka.piraeus.example.org'] }),
    name: Type.String({ examples: ['Saka'] }),
  }),
  user: Type.Object({
    id: Type.String({ examples: ['MDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjMwMjA5OWE4MDU3'] }),
    name: Type.String({ examples: ['admin@piraeus.example.org'] }),
    displayName: Type.String({ examples: ['Μαρία'] }),
  }),
  challenge: ChallengeSchema,
  pubKeyCredParams: Type.Array(Type.Object({ alg: Type.Integer({ examples: [-7] }), type: TypeSchema })),
  timeout: Type.Integer({ examples: [300_000] }),
  attestation: Type.String({ examples: ['none'] }),
  excludeCredentials: Type.Array(
    Type.Object({ id: CredentialIdSchema, type: TypeSchema, transports: TransportsSchema }),
  ),
  authenticatorSelection: Type.Object({
    residentKey: Type.String({ examples: ['required'] }),
    requireResidentKey: Type.Boolean({ examples: [true] }),
    userVerification: Type.String({ examples: ['required'] }),
  }),
})
export const PasskeyRequestSchema = named('PasskeyRequest', {
  challenge: ChallengeSchema,
  rpId: Type.String({ examples: ['saka.piraeus.example.org'] }),
  timeout: Type.Integer({ examples: [300_000] }),
  userVerification: Type.String({ examples: ['required'] }),
  allowCredentials: Type.Array(Type.Object({ id: CredentialIdSchema, type: TypeSchema }), { examples: [[]] }),
})
export const NewPasskeySchema = Type.Object({
  name: PasskeyNameSchema,
  response: Type.Object({
    id: CredentialIdSchema,
    rawId: CredentialIdSchema,
    type: TypeSchema,
    clientExtensionResults: ExtensionsSchema,
    response: Type.Object({
      clientDataJSON: ClientDataSchema,
      attestationObject: encoded(20_000, 'o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVg'),
      transports: Type.Optional(TransportsSchema),
    }),
  }),
})
export const PasskeySignInSchema = Type.Object({
  response: Type.Object({
    id: CredentialIdSchema,
    rawId: CredentialIdSchema,
    type: TypeSchema,
    clientExtensionResults: ExtensionsSchema,
    response: Type.Object({
      clientDataJSON: ClientDataSchema,
      authenticatorData: encoded(5000, 'SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ'),
      signature: encoded(2000, 'MEUCIQDoFB9fwmVf1mPY'),
      userHandle: Type.Optional(nullable(encoded(200, 'MDE4OTBhNWQtYWM5Ni03NzRi'))),
    }),
  }),
})
/** Null where there is no body at all. */
export const PasskeyChoiceSchema = nullable(
  Type.Object({ email: Type.Optional(Type.String({ maxLength: 254, examples: ['admin@piraeus.example.org'] })) }),
)
