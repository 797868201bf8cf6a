/** A server that `startRedisServer` has started. */
export interface RedisServer {
  url: string
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>
  stop(): Promise<void>
}
export declare function startRedisServer(): Promise<RedisServer | undefined>
