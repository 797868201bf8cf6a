import type { Test } from 'tap'
import { type RedisServer, startRedisServer } from './redis-server.ts'

/** Starts a Redis server that ends with the test; undefined where there is none to be had. */
export async function startRedis(t: Test): Promise<RedisServer | undefined> {
  const server = await startRedisServer()
  if (server) t.teardown(() => server.stop())
  return server
}
