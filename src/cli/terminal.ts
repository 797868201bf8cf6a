/** What a command has of the outside world. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** Calls `stop` once when the process is asked to end. */
  onStop(stop: () => void): void
}
