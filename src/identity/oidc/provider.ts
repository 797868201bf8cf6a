import * as oidc from 'openid-client'
import type { AllDeps, Deps } from '../../deps.ts'
import { sealOf } from '../../platform/http/idempotency/encryption.ts'
import { plusMilliseconds } from '../../shared/time.ts'
import { oidcNotSetUp, oidcRefused, oidcUnavailable } from './rules.ts'

/** How long somebody may take at the provider, in milliseconds. */
const roundMilliseconds = 10 * 60_000
const waitSeconds = 10

/** What the provider says of a person. */
export interface Claims {
  issuer: string
  subject: string
  email: string
  name: string
  /** The claim that holds the roles, as it came. */
  role: unknown
}

/** The municipality's OpenID Connect provider. */
export interface OidcProvider {
  /** Where the browser goes, and what it has to bring back: sealed, so that only we can read it. Raises `oidc_unavailable`. */
  begin(deps: Deps & Pick<AllDeps, 'secretKey'>): Promise<{ url: string; round: string }>
  /** Who came back to `url` with `round`. Raises `oidc_refused` and `oidc_unavailable`. */
  finish(deps: Deps & Pick<AllDeps, 'secretKey'>, url: string, round: string | undefined): Promise<Claims>
}

/**
 * The provider, asked for its metadata when somebody first needs it and again after a failure: the service starts without it.
 * Authorization code flow with PKCE, state and nonce (RFC 9700).
 */
export function oidcProvider(): OidcProvider {
  let known: Promise<oidc.Configuration> | undefined

  function metadata({ config }: Deps): Promise<oidc.Configuration> {
    const { oidcIssuer, oidcClientId, oidcClientSecret } = config
    if (!oidcIssuer || !oidcClientId) throw oidcNotSetUp()
    // The configuration lets plain HTTP through for this machine only.
    const insecure = oidcIssuer.startsWith('http:') ? [oidc.allowInsecureRequests] : []
    // TLS to the provider alone would do for OpenID Connect; ASVS asks for the ID token's signature too.
    const execute = [oidc.enableNonRepudiationChecks, ...insecure]
    const options = { execute, timeout: waitSeconds }
    known ??= oidc.discovery(new URL(oidcIssuer), oidcClientId, oidcClientSecret, undefined, options)
    return known.catch((error: unknown) => {
      known = undefined
      throw asUnavailable(error)
    })
  }

  async function begin(deps: Deps & Pick<AllDeps, 'secretKey'>) {
    const client = await metadata(deps)
    const verifier = oidc.randomPKCECodeVerifier()
    const round = { verifier, state: oidc.randomState(), nonce: oidc.randomNonce() }
    const url = oidc.buildAuthorizationUrl(client, {
      redirect_uri: callbackOf(deps),
      scope: 'openid email profile',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: round.state,
      nonce: round.nonce,
    })
    const until = plusMilliseconds(deps.clock.now(), roundMilliseconds)
    return { url: url.href, round: sealOf(deps.secretKey).close(JSON.stringify({ ...round, until })) }
  }

  async function finish(
    deps: Deps & Pick<AllDeps, 'secretKey'>,
    url: string,
    encrypted: string | undefined,
  ): Promise<Claims> {
    const client = await metadata(deps)
    const round = openRound(deps, encrypted)
    const tokens = await oidc
      .authorizationCodeGrant(client, new URL(url, callbackOf(deps)), {
        pkceCodeVerifier: round.verifier,
        expectedState: round.state,
        expectedNonce: round.nonce,
        idTokenExpected: true,
      })
      .catch((error: unknown) => {
        throw error instanceof TypeError ? asUnavailable(error) : oidcRefused()
      })
    const claims = tokens.claims()!
    const { email, email_verified: isVerified, name } = claims
    if (typeof email !== 'string' || isVerified === false) throw oidcRefused()
    const role = claims[deps.config.oidcRoleClaim]
    return { issuer: claims.iss, subject: claims.sub, email, name: typeof name === 'string' ? name : email, role }
  }

  return { begin, finish }
}

const callbackOf = ({ config }: Deps) => `${config.baseUrl}/api/v1/session/oidc/callback`

/** What we gave the browser on its way. Raises `oidc_refused` for none, another's, or one that is too old. */
function openRound(
  { secretKey, clock }: Pick<AllDeps, 'secretKey' | 'clock'>,
  encrypted = '',
): { verifier: string; state: string; nonce: string } {
  try {
    const round = JSON.parse(sealOf(secretKey).open(encrypted)) as Record<
      'verifier' | 'state' | 'nonce' | 'until',
      string
    >
    if (round.until > clock.now()) return round
  } catch {
    // Not ours: refused as what came too late.
  }
  throw oidcRefused()
}

function asUnavailable(cause: unknown): Error {
  return Object.assign(oidcUnavailable(), { cause })
}
