import { defineProblem } from '../../shared/problem.ts'

/** What a one-time link is for. */
export type LinkPurpose = 'invitation' | 'password_reset' | 'setup'

/** How long a link is good for, in milliseconds: three days to read an invitation, an hour where somebody waits for it. */
export const linkMilliseconds = { invitation: 72 * 60 * 60_000, password_reset: 60 * 60_000 }

/** The link was used, has run out, was replaced by a newer one, or was never ours. */
export const linkInvalid = defineProblem({
  code: 'link_invalid',
  status: 404,
  title: 'The link is no longer good',
  detail: () => 'The link was used before, has run out, or a newer one was made. Ask the administrator for another.',
})

/** Somebody who can sign in is not invited again. */
export const passwordSet = defineProblem({
  code: 'password_set',
  status: 409,
  title: 'The user has a password',
  detail: () => 'The user has accepted an invitation before. Make a password reset instead.',
})

/** The user's account has ended. */
export const userInactive = defineProblem({
  code: 'user_inactive',
  status: 409,
  title: 'The account has ended',
  detail: () => 'A link would let nobody in. Make the user active first.',
})
