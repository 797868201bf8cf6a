import { Type } from 'typebox'
import { IdSchema, InstantSchema, named, nullable, oneOf, QuantitySchema, TextSchema } from '../platform/http/index.ts'
import { passwordCharactersAtLeast } from './passwords/rules.ts'
import { roles } from './rules.ts'

const EmailSchema = Type.String({ format: 'email', maxLength: 254, examples: ['coordinator@piraeus.example.org'] })
const PasswordSchema = Type.String({
  minLength: passwordCharactersAtLeast,
  maxLength: 200,
  examples: ['correct horse battery staple'],
})
const GrantSchema = Type.Object({
  role: oneOf(roles),
  schoolId: Type.Optional(IdSchema),
  warehouseId: Type.Optional(IdSchema),
})
const GrantsSchema = Type.Array(GrantSchema, { maxItems: 100 })

const TotpCodeSchema = Type.String({ pattern: '^[0-9]{6}$', examples: ['123456'] })
const ProofSchema = Type.Object({
  totp: Type.Optional(TotpCodeSchema),
  recoveryCode: Type.Optional(Type.String({ maxLength: 50, examples: ['0a1b2-c3d4e-5f607-18293-a4b5c-6d7e8'] })),
})
const PresentPasswordSchema = Type.String({ maxLength: 200, examples: ['correct horse battery staple'] })
/** Null where there is no body at all. */
export const ReauthenticationSchema = nullable(Type.Object({ password: Type.Optional(PresentPasswordSchema) }))
export const TotpRemovalSchema = Type.Object({
  ...ProofSchema.properties,
  password: Type.Optional(PresentPasswordSchema),
})
export const TotpConfirmationSchema = Type.Object({ code: TotpCodeSchema })
export const TotpSchema = named('Totp', {
  confirmed: Type.Boolean({ examples: [true] }),
  recoveryCodesLeft: Type.Integer({ examples: [10] }),
})
export const EnrolledTotpSchema = named('EnrolledTotp', {
  secret: Type.String({ examples: ['JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'] }),
  uri: Type.String({ examples: ['otpauth://totp/Saka:admin%40piraeus.example.org?secret=…&issuer=Saka'] }),
  qr: Type.String({ examples: ['<svg xmlns="http://www.w3.org/2000/svg"></svg>'] }),
})
export const RecoveryCodesSchema = named('RecoveryCodes', {
  recoveryCodes: Type.Array(Type.String({ examples: ['0a1b2-c3d4e-5f607-18293-a4b5c-6d7e8'] })),
})
export const SessionSchema = named('Session', { expiresAt: InstantSchema })
export const OpenSessionSchema = named('OpenSession', {
  id: IdSchema,
  createdAt: InstantSchema,
  lastSeenAt: InstantSchema,
  expiresAt: InstantSchema,
  userAgent: Type.String({ examples: ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'] }),
  current: Type.Boolean({ examples: [true] }),
})
export const SignInSchema = Type.Object({
  email: Type.String({ maxLength: 254, examples: ['admin@piraeus.example.org'] }),
  password: PresentPasswordSchema,
  ...ProofSchema.properties,
})
export const MeSchema = named('Me', {
  kind: oneOf(['user', 'api_key', 'device']),
  id: IdSchema,
  name: Type.String(),
  email: Type.Optional(EmailSchema),
  roles: Type.Array(
    Type.Object({
      role: oneOf([...roles, 'device']),
      schoolId: Type.Optional(IdSchema),
      warehouseId: Type.Optional(IdSchema),
    }),
  ),
  secondFactor: Type.Optional(oneOf(['set_up', 'show'])),
})
export const UserSchema = named('User', {
  id: IdSchema,
  email: EmailSchema,
  name: TextSchema,
  roles: GrantsSchema,
  active: Type.Boolean(),
  version: Type.Integer({ examples: [1] }),
  createdAt: InstantSchema,
})
export const NewUserSchema = Type.Object({
  email: EmailSchema,
  name: TextSchema,
  roles: GrantsSchema,
  password: Type.Optional(PasswordSchema),
})
export const UserChangeSchema = Type.Partial(
  Type.Object({ ...NewUserSchema.properties, password: PasswordSchema, active: Type.Boolean() }),
)
export const ForgottenPasswordSchema = Type.Object({ email: EmailSchema })
export const ShownLinkSchema = named('ShownLink', {
  link: Type.String({ examples: ['https://saka.example.org/welcome/saka_link_…'] }),
  expiresAt: InstantSchema,
})
const RateSchema = Type.Integer({ minimum: 1, maximum: 1_000_000, examples: [600] })
export const ApiKeySchema = named('ApiKey', {
  id: IdSchema,
  name: TextSchema,
  roles: GrantsSchema,
  createdById: Type.String(),
  createdAt: InstantSchema,
  expiresAt: nullable(InstantSchema),
  requestsPerMinute: nullable(RateSchema),
  lastUsedAt: nullable(InstantSchema),
  revokedAt: nullable(InstantSchema),
})
export const NewApiKeySchema = Type.Object({
  name: TextSchema,
  roles: GrantsSchema,
  expiresAt: Type.Optional(InstantSchema),
  requestsPerMinute: Type.Optional(nullable(RateSchema)),
})
export const CreatedApiKeySchema = named('CreatedApiKey', {
  ...ApiKeySchema.properties,
  key: Type.String({ examples: ['saka_key_…'] }),
})
const AppVersionSchema = Type.String({ minLength: 1, maxLength: 50, pattern: '^[\\w.+-]+$', examples: ['1.4.0'] })
export const HeartbeatSchema = Type.Object({ appVersion: AppVersionSchema, pendingScans: QuantitySchema })
export const DeviceSchema = named('Device', {
  id: IdSchema,
  name: TextSchema,
  schoolId: IdSchema,
  createdAt: InstantSchema,
  provisionedAt: nullable(InstantSchema),
  lastSeenAt: nullable(InstantSchema),
  appVersion: nullable(AppVersionSchema),
  pendingScans: nullable(QuantitySchema),
  revokedAt: nullable(InstantSchema),
})
export const NewDeviceSchema = Type.Object({ name: TextSchema, schoolId: IdSchema })
export const CreatedDeviceSchema = named('CreatedDevice', {
  ...DeviceSchema.properties,
  provisioningToken: Type.String({ examples: ['saka_setup_…'] }),
  provisioningQr: Type.String({ examples: ['<svg xmlns="http://www.w3.org/2000/svg"></svg>'] }),
  expiresAt: InstantSchema,
})
export const ProvisioningSchema = Type.Object({
  provisioningToken: Type.String({ maxLength: 200, examples: ['saka_setup_…'] }),
})
export const ProvisionedDeviceSchema = named('ProvisionedDevice', {
  ...DeviceSchema.properties,
  deviceToken: Type.String({ examples: ['saka_device_…'] }),
})
