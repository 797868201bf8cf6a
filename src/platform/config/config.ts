import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import { OperatorError } from '../operator-error.ts'
import { isPostgres } from './setting-values.ts'
import { type Settings, settings } from './settings.ts'

export { isPostgres } from './setting-values.ts'

/** How the service is set up. `docs/configuration.md` tells each setting. */
export interface Config extends Settings {
  baseUrl: string
  mailFrom: string
  /** The database, where it is SQLite's file; what lies beside it (keys, uploads, checkpoints) has this name and an ending. */
  databaseFile: string
}

/** The environment holds values that cannot be. Lists every one of them. */
export class InvalidConfig extends OperatorError {
  readonly faults: string[]

  constructor(faults: string[]) {
    super(`Saka cannot start, its configuration is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

/** Reads the configuration from `env`. Throws {@link InvalidConfig} with every fault there is. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const faults: string[] = []
  const values = Object.entries(settings).map(([key, setting]) => {
    // A password is what it is, with its spaces.
    const text = (setting.name === 'ADMIN_PASSWORD' ? env[setting.name] : env[setting.name]?.trim()) || setting.fallback
    const result = setting.read(text)
    if ('fault' in result) faults.push(`${setting.name} ${result.fault}.`)
    return [key, 'value' in result ? result.value : undefined]
  })
  const config = Object.fromEntries(values) as Settings
  if (!config.adminEmail !== !config.adminPassword)
    faults.push('ADMIN_EMAIL and ADMIN_PASSWORD must be given together.')
  if (config.auditorEmail && !config.smtpUrl) faults.push('AUDITOR_EMAIL must be given together with SMTP_URL.')
  const provider = [config.oidcIssuer, config.oidcClientId, config.oidcClientSecret]
  if (provider.some(Boolean) && !provider.every(Boolean))
    faults.push('OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be given together.')
  if (config.databaseReadUrl && !isPostgres(config.databaseUrl ?? ''))
    faults.push('DATABASE_READ_URL must be given together with a DATABASE_URL of PostgreSQL.')
  faults.push(...smsFaults(config))
  if (faults.length > 0) throw new InvalidConfig(faults)
  const baseUrl = config.baseUrl ?? `http://${authority(config.host)}:${config.port}`
  const databaseFile = isPostgres(config.databaseUrl)
    ? join(config.dataFolder, 'saka.db')
    : config.databaseUrl.slice('file:'.length)
  return { ...config, databaseFile, baseUrl, mailFrom: config.mailFrom ?? `saka@${new URL(baseUrl).hostname}` }
}

/** What a gateway for text messages lacks. */
function smsFaults(config: Settings): string[] {
  const { smsGatewayUrl: url, smsGatewayToken: token, smsGatewayKind: kind, smsGatewayAccount, smsFrom } = config
  if (!url && !token) return []
  if (!url || !token) return ['SMS_GATEWAY_URL and SMS_GATEWAY_TOKEN must be given together.']
  const isWhole = kind !== 'twilio' || (smsGatewayAccount && smsFrom)
  return isWhole ? [] : ['SMS_GATEWAY_KIND twilio must be given together with SMS_GATEWAY_ACCOUNT and SMS_FROM.']
}

/** A host as an address names it: every interface is `localhost`, and IPv6 stands in brackets (RFC 3986, section 3.2.2). */
export function authority(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return isIPv6(host) ? `[${host}]` : host
}
