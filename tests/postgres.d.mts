/** A server that `startPostgres` has started. */
export interface PostgresServer {
  url: string
  /** Where its data lies. */
  data: string
  start(): Promise<void>
  kill(): Promise<void>
  pause(): Promise<void>
  stop(): Promise<void>
}
export declare function startPostgres(options?: { durable?: boolean; replicaOf?: PostgresServer }): Promise<PostgresServer | undefined>
