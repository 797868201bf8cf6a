import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Deps } from '../../deps.ts'
import { acceptLink, type OpenLink, readLink, setUp } from '../../identity/index.ts'
import { normalEmail } from '../../platform/contacts.ts'
import type { App } from '../../platform/http/index.ts'
import { Problem } from '../../shared/problem.ts'
import { answerFaults, offerStyle, sendPage } from '../answers.ts'
import { languageOf } from '../family/routes.ts'
import { brokenPage, donePage, invalidPage, setPasswordPage, setPasswordStyle } from './page.ts'
import type { FieldFault } from './texts.ts'

const formBytes = 10_000
const TokenParams = Type.Object({ token: Type.String({ maxLength: 200 }) })
const hidden = { params: TokenParams, hide: true }

type Form = Record<'email' | 'name' | 'password' | 'repeat', string>

/** The page that an invitation, a password reset or the first set-up leads to. Open to everyone: the link is the secret. */
export async function setPasswordPages(pages: App, { deps }: { deps: Deps }): Promise<void> {
  pages.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: formBytes },
    (_request, body, done) => done(null, formOf(String(body))),
  )
  answerFaults(pages, { languageOf, unknown: invalidPage, broken: brokenPage })
  offerStyle(pages, '/assets/welcome-page.css', setPasswordStyle)
  pages.get('/welcome/:token', { config: { open: true }, schema: hidden }, async (request, reply) => {
    const open = await readLink(deps, request.params.token)
    return open ? sendPage(reply, setPasswordPage(open, languageOf(request))) : sendInvalid(request, reply)
  })
  pages.post('/welcome/:token', { config: { open: true }, schema: hidden }, async (request, reply) => {
    const { params, id } = request
    const language = languageOf(request)
    const open = await readLink(deps, params.token)
    if (!open) return sendInvalid(request, reply)
    const form = (request.body ?? formOf('')) as Form
    const fault = faultOf(open, form) ?? (await use(deps, open, { ...form, token: params.token, requestId: id }))
    if (fault) return sendPage(reply.code(422), setPasswordPage(open, language, { written: form, fault }))
    return sendPage(reply, donePage(language))
  })
}

function formOf(text: string): Form {
  const fields = new URLSearchParams(text)
  const field = (name: string) => fields.get(name) ?? ''
  return {
    email: field('email').trim(),
    name: field('name').trim(),
    password: field('password'),
    repeat: field('repeat'),
  }
}

function faultOf(open: OpenLink, { email, name, password, repeat }: Form): FieldFault | undefined {
  if (open.purpose === 'setup' && !normalEmail(email)) return 'email'
  if (open.purpose === 'setup' && (name === '' || name.length > 254)) return 'name'
  if (password !== repeat) return 'repeated'
  if ([...password].length > 200) return 'too_long'
}

/** Uses the link up. What is wrong with the password is told in the form. */
async function use(
  deps: Deps,
  { purpose }: OpenLink,
  form: Form & { token: string; requestId: string },
): Promise<FieldFault | undefined> {
  try {
    await (purpose === 'setup' ? setUp(deps, form) : acceptLink(deps, form))
  } catch (error) {
    if (error instanceof Problem && error.code === 'weak_password') return error.members.reason as FieldFault
    throw error
  }
}

function sendInvalid(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendPage(reply.code(404), invalidPage(languageOf(request)))
}
