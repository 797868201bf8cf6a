// The servers of one run of the tests: those that DATABASE_URL and REDIS_URL name, else ones of its own, which keep nothing. On
// one that is given, each test works in a database or under a prefix of its own, and nothing of it is left.
import { Redis } from 'ioredis'
import pg from 'pg'
import { startPostgres } from './postgres-server.ts'
import { startRedisServer } from './redis-server.ts'

/** What every database and every key of a test begins with. */
const ofTests = 'saka_test_'

/** A server for one run: the settings that tests find it by, and how it ends. */
export interface ProvidedServer {
  env: Record<string, string>
  stop(): Promise<void>
}

/** PostgreSQL for one run; undefined where there is none to be had. */
export async function providePostgres(): Promise<ProvidedServer | undefined> {
  const template = `${ofTests}template_${process.pid}`
  const settings = (url: string) => ({ SAKA_TEST_POSTGRES: url, SAKA_TEST_TEMPLATE: template })
  const given = process.env.DATABASE_URL
  if (given && /^postgres(ql)?:/.test(given)) return { env: settings(given), stop: () => dropDatabase(given, template) }
  const server = await startPostgres()
  return server && { env: settings(`${server.url}/postgres`), stop: server.stop }
}

/** Redis for one run, likewise. */
export async function provideRedis(): Promise<ProvidedServer | undefined> {
  const prefix = `${ofTests}${process.pid}_`
  const settings = (url: string) => ({ SAKA_TEST_REDIS: url, SAKA_TEST_REDIS_PREFIX: prefix })
  const given = process.env.REDIS_URL
  if (given) return { env: settings(given), stop: () => forgetKeys(given, prefix) }
  const server = await startRedisServer()
  return server && { env: settings(server.url), stop: server.stop }
}

async function dropDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(`DROP DATABASE IF EXISTS ${name}`)
  await client.end()
}

async function forgetKeys(url: string, prefix: string): Promise<void> {
  const client = new Redis(url)
  for await (const keys of client.scanStream({ match: `${prefix}*`, count: 1000 }))
    if (keys.length > 0) await client.unlink(...keys)
  await client.quit()
}
