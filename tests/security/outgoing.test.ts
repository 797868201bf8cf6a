import t, { type Test } from 'tap'
import { openMailer } from '../../src/platform/mail/mailer.ts'
import { openLog } from '../../src/platform/observability/log.ts'
import { startMailServer } from '../support/mailbox.ts'
import { startSaka } from '../support/saka.ts'
import { sourceFiles, textOf } from '../support/sources.ts'

/** The port of a server whose certificate nobody has signed but itself: its library brings one. */
const untrusted = async (t: Test, secure: boolean) =>
  new URL((await startMailServer(t, { secure, hideSTARTTLS: false })).url).port

t.test('a mail server whose certificate nobody vouches for gets no mail', async (t) => {
  const mail = { to: 'auditor@example.org', subject: 'x', text: 'x' }
  for (const secure of [true, false]) {
    const port = await untrusted(t, secure)
    const mailer = openMailer(`${secure ? 'smtps' : 'smtp'}://127.0.0.1:${port}`, 'saka@example.org')
    await t.rejects(mailer.send(mail), { message: /certificate/ }, secure ? 'TLS from the start' : 'STARTTLS')
  }
})

t.test('a provider whose certificate nobody vouches for signs nobody in', async (t) => {
  const lines: string[] = []
  const env = {
    OIDC_ISSUER: `https://127.0.0.1:${await untrusted(t, true)}`,
    OIDC_CLIENT_ID: 'saka',
    OIDC_CLIENT_SECRET: 'a secret of the two',
  }
  const { stranger } = await startSaka(t, {
    env,
    log: openLog('info', { write: (line: string) => void lines.push(line) }),
  })
  t.match(await stranger.get('/session/oidc'), { status: 503, json: { code: 'oidc_unavailable' } })
  t.match(lines.join(''), /certificate/)
})

t.test(
  'nothing calls out but mail, text messages, Redis and the sign-in by the provider, and all check certificates',
  async (t) => {
    const calls =
      /\bfetch\(|from 'node:(https?|net|tls|dgram|http2)'|'(nodemailer|openid-client|undici|bullmq|ioredis)'/
    const harmless = /^import (type \{ [\w, ]+ \}|\{ ((isIP|isIPv4|isIPv6|STATUS_CODES)(, )?)+ \}) from/
    const files = sourceFiles('src', 'jobs').filter((file) => !file.startsWith('src/demo/'))
    const withLine = (matches: (line: string) => boolean) =>
      files.filter((file) => textOf(file).split('\n').some(matches)).sort()
    t.same(
      withLine((line) => /rejectUnauthorized|NODE_TLS_REJECT|requireTLS: false/.test(line)),
      [],
    )
    const calling = withLine((line) => calls.test(line) && !harmless.test(line))
    t.same(calling, [
      'jobs/queue-board.ts',
      'jobs/redis-runner.ts',
      'src/identity/oidc/provider.ts',
      'src/platform/mail/mailer.ts',
      'src/platform/sms/request.ts',
    ])
  },
)
