import { resolve } from 'node:path'
import { newToken } from '../../src/identity/secrets.ts'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { serve } from '../../src/serve.ts'
import { payloadOf } from '../../src/shared/voucher-code.ts'
import { issueVouchers, now } from './issued-vouchers.ts'

/** What the service is started with, in a process of its own. */
export interface ServiceStart {
  databaseUrl: string
  folder: string
  vouchers: number
}

/** Where it listens, and a body for each of the vouchers that it has issued. */
export interface ServiceReady {
  port: number
  authorization: string
  bodies: string[]
}

async function start({ databaseUrl, folder, vouchers }: ServiceStart): Promise<ServiceReady> {
  const config = readConfig({
    DATABASE_URL: databaseUrl,
    DATA_FOLDER: resolve(folder),
    BASE_URL: 'https://saka.example.org',
    LOG_LEVEL: 'warn',
    PORT: '0',
    // One key scans for all schools at once.
    RATE_LIMIT_SCANS: '0',
  })
  const deps = await openDeps(config, { clock: { now: () => now } })
  const key = newToken('key')
  const issued = await issueVouchers(deps, key, vouchers)
  const bodies = issued.map(({ code, schoolId }) =>
    JSON.stringify({ payload: payloadOf(config.baseUrl, code), schoolId, scanId: deps.newId(), scannedAt: now }),
  )
  const { address } = await serve(deps)
  return { port: Number(new URL(address).port), authorization: `Bearer ${key}`, bodies }
}

if (process.send) {
  process.send(await start(JSON.parse(process.argv[2]!)))
  process.on('SIGTERM', () => process.exit())
}
