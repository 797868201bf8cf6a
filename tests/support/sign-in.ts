// What tests of signing in share: who signs in, and what the clocks that callers and waits go by show.
import { performance } from 'node:perf_hooks'
import type { Test } from 'tap'
import type { Answer, Api } from './saka.ts'

/** The administrator that {@link adminEnv} makes, and the settings that make them. */
export const admin = { email: 'admin@example.org', password: 'correct horse battery' }
export const adminEnv = { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password }

/** Another user, whom a test makes. */
export const maria = { email: 'maria@example.org', password: 'correct horse battery' }

/** An id that no record has. */
export const nowhere = '01890a5d-ac96-774b-bcce-b302099a8057'

/** The first cookie of an answer, or that of this name, ready to send. */
export function cookieOf({ headers }: Answer, name = ''): { cookie: string } {
  const cookies = [headers['set-cookie']].flat().map((one) => String(one).split(';')[0]!)
  return { cookie: cookies.find((one) => one.startsWith(name)) ?? '' }
}

/** The header of a caller with a key or a token. */
export const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

/** Signs in by password and answers the session's cookie. */
export async function signIn(api: Api, credentials = admin, headers: Record<string, string> = {}) {
  const answer = await api.post('/session', credentials, headers)
  if (answer.status !== 201) throw new Error(answer.text)
  return cookieOf(answer)
}

/** Lets the second pass for which a caller is remembered, or longer. */
export function afterASecond(t: Test, milliseconds = 1001): void {
  const now = Date.now
  t.intercept(Date, 'now', { value: () => now() + milliseconds })
}

/** Stops the clock that the waits for wrong passwords and codes are measured on. */
export function stopWaits(t: Test): void {
  const stopped = performance.now()
  t.intercept(performance, 'now', { value: () => stopped })
}

/** A school in a community of its own. */
export async function oneSchool(api: Api): Promise<{ id: string }> {
  const community = await api.made('/communities', { code: 'A', name: 'Α΄' })
  return api.made('/schools', { ministryCode: '9000001', name: '1ο', communityId: community.id })
}
