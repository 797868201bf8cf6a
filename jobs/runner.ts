/** Something that does the jobs until it is stopped. */
export interface Runner {
  /** Begins nothing more, and waits a while for what is active. What it must leave is done by the next that starts. */
  stop(): Promise<void>
}
