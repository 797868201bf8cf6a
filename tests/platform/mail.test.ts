import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SMTPServerOptions, SMTPServerSession } from 'smtp-server'
import t, { type Test } from 'tap'
import { AddressRefused, ChannelDown, DeliveryDelayed, DeliveryDoubtful } from '../../src/platform/delivery.ts'
import { type Mail, type Mailer, openMailer } from '../../src/platform/mail/mailer.ts'
import { refusal, startMailServer } from '../support/mailbox.ts'

const from = 'saka@dimos.example'
const mail: Mail = { to: 'parent@example.org', subject: 'Σάκα', text: 'Σας περιμένει.' }
/** For a server of which nothing comes. Whatever answers has all the time that a busy machine needs. */
const hasty = { greeting: 1_500, answer: 1_500, mail: 4_000 }

function open(t: Test, url: string, patience?: typeof hasty): Mailer {
  const mailer = openMailer(url, from, patience)
  t.teardown(() => mailer.close())
  return mailer
}

/** Sends `sent` to a server that does as `options` say, and answers how that failed. */
async function failure(t: Test, options: SMTPServerOptions, sent = mail): Promise<{ error: Error; taken: number }> {
  const post = await startMailServer(t, options)
  const error = await failed(open(t, post.url), sent)
  return { error, taken: post.mails.length }
}

async function failed(mailer: Mailer, sent = mail): Promise<Error> {
  const error = await mailer.send(sent).then(
    () => undefined,
    (error: Error) => error,
  )
  if (!error) throw new Error('it was taken')
  return error
}

const onRcptTo = (code: number, text?: string) => ({
  onRcptTo: (_address: unknown, _session: SMTPServerSession, done: (error?: Error) => void) =>
    done(refusal(code, text ?? `<${mail.to}> is refused`)),
})
const onData = (code: number, text?: string) => ({
  onData: (_stream: unknown, _session: SMTPServerSession, done: (error?: Error) => void) => done(refusal(code, text)),
})

t.test('what a mail server refuses is told apart by whom it hits', async (t) => {
  const cases: [string, SMTPServerOptions, new (message: string) => Error][] = [
    ['no such mailbox', onRcptTo(550), AddressRefused],
    ['a mailbox that was given up', onRcptTo(551), AddressRefused],
    ['no such mailbox, found out after the mail', onData(550), AddressRefused],
    ['a mailbox that is locked for a while', onRcptTo(450), DeliveryDelayed],
    ['a mailbox that is full', onRcptTo(552), DeliveryDelayed],
    ['a mail that finds no room', onData(552), DeliveryDelayed],
    ['a mail put off', onData(451), DeliveryDelayed],
    ['a mail taken for spam', onData(554, '5.7.1 Looks like spam'), DeliveryDelayed],
    ['a server that relays for others only', onRcptTo(554, '5.7.1 Relay access denied'), DeliveryDelayed],
    ['a server that wants us signed in', onRcptTo(530), ChannelDown],
    ['a server that is closing', onRcptTo(421), ChannelDown],
    ['a sender who is nobody', { onMailFrom: (_a, _s, done) => done(refusal(550)) }, ChannelDown],
    ['a greeting that is none', { onConnect: (_s, done) => done(refusal(421)) }, ChannelDown],
  ]
  for (const [name, options, kind] of cases) {
    await t.test(name, async (t) => {
      const { error, taken } = await failure(t, options)
      t.type(error, kind)
      t.equal(error.name, kind.name)
      t.notMatch(`${error.message} ${error.stack} ${error.cause}`, /parent|refused>|spam|Relay/)
      t.equal(taken, 0)
    })
  }
})

t.test('a server that does not let us in is down for everybody', async (t) => {
  const post = await startMailServer(t, {
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(refusal(535)),
  })
  const mailer = open(t, post.url.replace('//', '//saka:wrong-password@'))
  const error = await failed(mailer)
  t.type(error, ChannelDown)
  t.notMatch(`${error.message} ${error.stack}`, 'wrong-password')
})

t.test('a server that is not there is down, and found again when it is', async (t) => {
  const post = await startMailServer(t)
  const { port } = post.server.server.address() as AddressInfo
  await new Promise<void>((resolve) => post.server.close(resolve))
  const mailer = open(t, post.url)
  t.type(await failed(mailer), ChannelDown)
  t.type(await failed(open(t, 'smtp://no-such-host.invalid:25')), ChannelDown)
  const taken: string[] = []
  const again = createServer((socket) => speak(socket, taken))
  await new Promise<void>((resolve) => again.listen(port, '127.0.0.1', resolve))
  t.teardown(() => again.close())
  await mailer.send(mail)
  t.equal(taken.length, 1)
})

/** What a mail server does at one point of the conversation instead of answering. */
type Whim = (socket: Socket) => void

/** Speaks SMTP by hand, for what a real server would not do; `whims` replace answers by the command that they follow. */
function speak(socket: Socket, taken: string[], whims: Record<string, Whim> = {}) {
  let data: string | undefined
  let waiting = ''
  const say = (command: string, answer: string) => (whims[command] ? whims[command](socket) : socket.write(answer))
  socket.on('error', () => {})
  say('CONNECT', '220 here\r\n')
  socket.on('data', (chunk) => {
    waiting += chunk
    for (let end = waiting.indexOf('\r\n'); end >= 0; end = waiting.indexOf('\r\n')) {
      const line = waiting.slice(0, end)
      waiting = waiting.slice(end + 2)
      if (data !== undefined) {
        if (line !== '.') data += `${line}\n`
        else {
          taken.push(data)
          data = undefined
          say('DOT', '250 taken\r\n')
        }
      } else if (line === 'DATA') {
        if (!whims.DATA) data = ''
        say('DATA', '354 go on\r\n')
      } else say(line.split(' ')[0]!, '250 fine\r\n')
    }
  })
}

async function whimsicalServer(t: Test, whims: Record<string, Whim>) {
  const taken: string[] = []
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    speak(socket, taken, whims)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { taken, sockets, url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const silence: Whim = () => {}
const hangUp: Whim = (socket) => socket.destroy()
const trickle: Whim = (socket) => {
  const timer = setInterval(() => socket.write('250-wait\r\n'), 50)
  socket.once('close', () => clearInterval(timer))
}

t.test('what is silent or hangs up before it has a mail is down, after that the mail is in doubt', async (t) => {
  const cases: [string, Record<string, Whim>, new (message: string) => Error][] = [
    ['silent from the first', { CONNECT: silence }, ChannelDown],
    ['silent at the recipient', { RCPT: silence }, ChannelDown],
    ['silent before the mail', { DATA: silence }, ChannelDown],
    ['silent after the mail', { DOT: silence }, DeliveryDoubtful],
    ['hung up at once', { CONNECT: hangUp }, ChannelDown],
    ['hung up at the recipient', { RCPT: hangUp }, ChannelDown],
    ['hung up before the mail', { DATA: hangUp }, ChannelDown],
    ['hung up after the mail', { DOT: hangUp }, DeliveryDoubtful],
    ['never done with talking before the mail', { RCPT: trickle }, ChannelDown],
    ['never done with talking after it', { DOT: trickle }, DeliveryDoubtful],
  ]
  const taken: [name: string, mails: string[], expected: number][] = []
  for (const [name, whims, kind] of cases) {
    const post = await whimsicalServer(t, whims)
    const isSilent = Object.values(whims).some((whim) => whim === silence || whim === trickle)
    t.type(await failed(open(t, post.url, isSilent ? hasty : undefined)), kind, name)
    taken.push([name, post.taken, whims.DOT ? 1 : 0])
  }
  await sleep(400)
  for (const [name, mails, expected] of taken)
    t.equal(mails.length, expected, `${name}: nothing is sent again behind our back`)
})

t.test('a connection that breaks in the middle of a mail leaves no doubt: it is not whole', async (t) => {
  const post = await whimsicalServer(t, {
    DATA: (socket) => {
      socket.write('354 go on\r\n')
      socket.prependOnceListener('data', () => socket.destroy())
    },
  })
  const image = { contentType: 'image/png', content: Buffer.alloc(1_000_000) }
  const large = { ...mail, inline: Array.from({ length: 30 }, (_, i) => ({ ...image, cid: `image-${i}` })) }
  t.type(await failed(open(t, post.url), large), ChannelDown)
  t.equal(post.taken.length, 0)
})

t.test('of a batch that a server takes half of, each mail knows its fate, and none comes twice', async (t) => {
  const sizes: number[] = []
  const post = await whimsicalServer(t, {
    DOT: (socket) => {
      sizes.push(post.taken.length)
      if (post.taken.length === 3) socket.destroy()
      else socket.write('250 taken\r\n')
    },
  })
  const mailer = open(t, post.url)
  const fates = await Promise.allSettled(Array.from({ length: 6 }, (_, i) => mailer.send({ ...mail, id: `m${i}` })))
  t.same(
    fates.map((fate) => (fate.status === 'fulfilled' ? 'sent' : fate.reason.name)),
    ['sent', 'sent', 'DeliveryDoubtful', 'sent', 'sent', 'sent'],
  )
  t.same(
    post.taken.map((text) => /Message-ID: <(m\d)@dimos.example>/i.exec(text)?.[1]),
    ['m0', 'm1', 'm2', 'm3', 'm4', 'm5'],
  )
})

t.test('a server that has had enough of a connection is called again, and each mail comes once', async (t) => {
  let count = 0
  const post = await startMailServer(t, {
    onMailFrom: (_address, _session, done) => {
      count++
      done(count % 3 === 0 ? refusal(421, 'Too many messages in one connection') : undefined)
    },
  })
  const mailer = open(t, post.url)
  for (let i = 0; i < 4; i++) await mailer.send({ ...mail, to: `parent${i}@example.org` })
  t.same(
    post.mails.map(({ to }) => to[0]),
    ['0', '1', '2', '3'].map((i) => `parent${i}@example.org`),
  )
})

t.test('mails go out one at a time over one connection, in the order in which they were given', async (t) => {
  let open_ = 0
  let most = 0
  const post = await startMailServer(t, {
    onConnect: (_session, done) => {
      most = Math.max(most, ++open_)
      done()
    },
    onClose: () => {
      open_--
    },
  })
  const mailer = open(t, post.url)
  await Promise.all(Array.from({ length: 20 }, (_, i) => mailer.send({ ...mail, to: `parent${i}@example.org` })))
  t.same(
    post.mails.map(({ to }) => to[0]),
    Array.from({ length: 20 }, (_, i) => `parent${i}@example.org`),
  )
  t.same([most, post.connections], [1, 1])
})

t.test('a long batch takes a new connection now and then, and loses nothing by it', async (t) => {
  const post = await startMailServer(t)
  const mailer = open(t, post.url)
  const addresses = Array.from({ length: 250 }, (_, i) => `parent${i}@example.org`)
  await Promise.all(addresses.map((to) => mailer.send({ ...mail, to })))
  t.same(
    post.mails.map(({ to }) => to[0]),
    addresses,
  )
  t.equal(post.connections, 3)
})

t.test('one address that is refused does not keep the others from theirs', async (t) => {
  const post = await startMailServer(t, {
    onRcptTo: ({ address }, _session, done) => done(address.startsWith('gone') ? refusal(550) : undefined),
  })
  const mailer = open(t, post.url)
  const fates = await Promise.allSettled(
    ['a@example.org', 'gone@example.org', 'b@example.org'].map((to) => mailer.send({ ...mail, to })),
  )
  t.same(
    fates.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  t.equal(post.connections, 1)
})

t.test('no line break in what goes into a mail becomes a header or a recipient', async (t) => {
  const post = await startMailServer(t)
  const mailer = open(t, post.url)
  const nasty = 'Νίκος\r\nBcc: thief@example.org\r\n\r\nHello\nX-Evil: 1'
  await mailer.send({
    ...mail,
    subject: nasty,
    headers: { 'List-Unsubscribe': '<https://x.example/>\r\nBcc: thief@example.org' },
    inline: [{ cid: 'a\r\nX-Evil: 1', contentType: 'image/png\r\nX-Evil: 1', content: Buffer.from('x') }],
    html: '<p>x</p>',
    id: 'id\r\nX-Evil: 1',
  })
  const [{ to, raw } = { to: [], raw: '' }] = post.mails
  t.same(to, [mail.to])
  t.notMatch(raw, /^(bcc|x-evil):/im)
  for (const to of [
    'a@example.org\r\nRCPT TO:<thief@example.org>',
    'a@example.org>\n',
    'Name <a@example.org>, b@example.org',
  ])
    t.type(await failed(mailer, { ...mail, to }), AddressRefused, to)
  t.equal(post.mails.length, 1)
})

t.test('every mail says that a machine wrote it, and keeps its id however often it is sent', async (t) => {
  const post = await startMailServer(t)
  const mailer = open(t, post.url)
  await mailer.send({ ...mail, id: '018a8f3c-0000-7000-8000-000000000001' })
  await mailer.send({ ...mail, id: '018a8f3c-0000-7000-8000-000000000001' })
  await mailer.send(mail)
  for (const { raw } of post.mails) t.match(raw, /^Auto-Submitted: auto-generated\r$/m)
  const ids = post.mails.map(({ raw }) => /^Message-ID: (.*)\r$/m.exec(raw)![1]!)
  t.equal(ids[0], '<018a8f3c-0000-7000-8000-000000000001@dimos.example>')
  t.equal(ids[0], ids[1])
  t.match(ids[2], /^<[^>]+@dimos\.example>$/)
  t.not(ids[2], ids[1])
})

t.test('a mailer that was closed sends nothing, and lets go of the server at once', async (t) => {
  const post = await startMailServer(t)
  const mailer = open(t, post.url)
  await mailer.send(mail)
  mailer.close()
  t.type(await failed(mailer), ChannelDown)
  t.equal(post.mails.length, 1)
})
