import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify, { type FastifyBaseLogger } from 'fastify'
import { newToken } from '../../src/identity/secrets.ts'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { answers, ref } from '../../src/platform/http/index.ts'
import { openLog } from '../../src/platform/observability/log.ts'
import { AcceptedSchema, NewRedemptionSchema, RedemptionSchema } from '../../src/redemption/schemas.ts'
import { serve } from '../../src/serve.ts'
import { formatCode, generateCode, payloadOf } from '../../src/shared/voucher-code.ts'
import { VoucherSchema } from '../../src/vouchers/index.ts'
import { issueVouchers, now } from './issued-vouchers.ts'

/** One of those who race: started as a process of its own, it says where it listens and what to send. */
export interface Contestant {
  port: number
  path: string
  authorization: string
  /** A body for each voucher, in no order. */
  bodies: string[]
}

const logLevel = 'warn'

/** The service as it runs in earnest, on a database with `vouchers` issued vouchers. */
async function startService(vouchers: number, commitTogether: number | undefined): Promise<Contestant> {
  const folder = mkdtempSync(join(tmpdir(), 'saka-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const config = readConfig({
    DATABASE_URL: `file:${join(folder, 'saka.db')}`,
    BASE_URL: 'https://saka.example.org',
    LOG_LEVEL: logLevel,
    PORT: '0',
    // One key scans for all schools at once.
    RATE_LIMIT_SCANS: '0',
  })
  const deps = await openDeps(config, { clock: { now: () => now }, ...(commitTogether && { commitTogether }) })
  const key = newToken('key')
  const issued = await issueVouchers(deps, key, vouchers)
  const bodies = issued.map(({ code, schoolId }) =>
    JSON.stringify({ payload: payloadOf(config.baseUrl, code), schoolId, scanId: deps.newId(), scannedAt: now }),
  )
  const { address } = await serve(deps)
  return { port: Number(new URL(address).port), path: '/api/v1/redemptions', authorization: `Bearer ${key}`, bodies }
}

/** A Fastify route with the same input and the same answer, and nothing in between. */
async function startBare(): Promise<Contestant> {
  const id = '01890a5d-ac96-774b-bcce-b302099a8057'
  const code = generateCode()
  const answer = {
    scanId: id,
    result: 'accepted',
    redemption: {
      id,
      voucherId: id,
      campaignId: id,
      schoolId: id,
      collectedBy: 'guardian',
      redeemedAt: now,
      recordedAt: now,
      undoneAt: null,
      undoReason: null,
    },
    voucher: {
      id,
      campaignId: id,
      enrollmentId: id,
      schoolId: id,
      code: formatCode(code),
      payload: payloadOf('https://saka.example.org', code),
      status: 'redeemed',
      issuedAt: now,
      redeemedAt: now,
      endedAt: null,
      revocationReason: null,
      replacesId: null,
      replacedById: null,
    },
    enrollment: { id, schoolId: id, pupilRef: '1', givenName: 'Ελένη', familyName: 'Φωτοπούλου', section: 'Α1' },
  }
  const app = Fastify({
    loggerInstance: openLog(logLevel) as FastifyBaseLogger,
    ajv: { customOptions: { strict: false } },
  })
  for (const schema of [RedemptionSchema, VoucherSchema, AcceptedSchema]) app.addSchema(schema)
  const response = { 201: answers(201, ref(AcceptedSchema))[201] }
  app.post('/redemptions', { schema: { body: NewRedemptionSchema, response } }, async (_request, reply) => {
    reply.code(201)
    return answer
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const body = JSON.stringify({
    payload: payloadOf('https://saka.example.org', code),
    schoolId: id,
    scanId: id,
    scannedAt: now,
  })
  return { port, path: '/redemptions', authorization: `Bearer ${newToken('key')}`, bodies: [body] }
}

const [kind, vouchers] = process.argv.slice(2)
if (process.send) {
  const started = kind === 'bare' ? startBare() : startService(Number(vouchers), kind === 'alone' ? 1 : undefined)
  process.send(await started)
  process.on('SIGTERM', () => process.exit())
}
