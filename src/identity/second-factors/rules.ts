import { defineProblem } from '../../shared/problem.ts'

/** The password is right, and the account asks for a second factor. */
export const secondFactorRequired = defineProblem({
  code: 'second_factor_required',
  status: 401,
  title: 'A code is needed as well',
  detail: () => 'Send the six digits of your authenticator app as totp, or one of your recovery codes as recoveryCode.',
})

/** The code is not the one of this half minute, was used already, or is not one of the recovery codes. */
export const wrongCode = defineProblem({
  code: 'wrong_code',
  status: 401,
  title: 'The code is not right',
  detail: () => 'The code is wrong or was used before. Wait for the next one of your app, or use a recovery code.',
})

/** There is a second factor already. */
export const totpConfirmed = defineProblem({
  code: 'totp_confirmed',
  status: 409,
  title: 'There is an authenticator app already',
  detail: () => 'The account has an authenticator app. Remove it before you set up another.',
})

/** Nothing has been set up that could be confirmed. */
export const totpNotEnrolled = defineProblem({
  code: 'totp_not_enrolled',
  status: 409,
  title: 'There is no authenticator app',
  detail: () => 'No authenticator app is being set up for the account. Begin with POST /me/totp.',
})

/** The role asks for a second factor, and none was shown. */
export const secondFactorMissing = defineProblem<{ secondFactor: 'set_up' | 'show' }>({
  code: 'second_factor_missing',
  status: 403,
  title: 'A second factor comes first',
  detail: ({ secondFactor }) =>
    secondFactor === 'set_up'
      ? 'Your role asks for a second factor. Set up an authenticator app (POST /me/totp) or a passkey (POST /me/passkeys).'
      : 'Your role asks for a second factor, and you have one. Sign in again with it.',
  members: (facts) => ({ ...facts }),
})

/** Whether one of these roles has to use a second factor. */
export function asksForSecondFactor(roles: readonly { role: string }[], required: readonly string[]): boolean {
  return roles.some(({ role }) => required.includes(role))
}
