import type { AllDeps, Deps } from '../../deps.ts'
import type { App } from '../../platform/http/index.ts'
import { cookieName, cookieOptions } from '../sessions/cookies.ts'
import { browserOf, setCookies } from '../sessions/routes.ts'
import type { Throttle } from '../throttling/throttle.ts'
import { oidcProvider } from './provider.ts'
import { signInByProvider } from './use-cases.ts'

const tags = ['Identity']

/** Signing in with the municipality's own accounts. */
export async function oidcRoutes(
  app: App,
  { deps, throttle }: { deps: Deps & Pick<AllDeps, 'secretKey'>; throttle: Throttle },
): Promise<void> {
  const provider = oidcProvider()
  app.get(
    '/session/oidc',
    { config: { open: true }, schema: { tags, summary: 'Sign in by the municipality’s provider', hide: true } },
    async (request, reply) => {
      const { url, round } = await provider.begin(deps)
      reply.setCookie(cookieName('round', deps.config), round, { ...cookieOptions(request, deps.config), maxAge: 600 })
      return reply.header('Cache-Control', 'no-store').redirect(url)
    },
  )
  app.get(
    '/session/oidc/callback',
    { config: { open: true }, schema: { tags, summary: 'Come back from the provider', hide: true } },
    async (request, reply) => {
      const { url, cookies } = request
      const name = cookieName('round', deps.config)
      reply.clearCookie(name, cookieOptions(request, deps.config)).header('Cache-Control', 'no-store')
      const back = { url, round: cookies[name], browser: browserOf(request, deps.config) }
      setCookies(deps.config, request, reply, await signInByProvider(deps, throttle, provider, back))
      return reply.header('Referrer-Policy', 'no-referrer').redirect('/')
    },
  )
}
