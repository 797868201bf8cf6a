/** What is told of a span: words of the code and figures. No name, no code, no address of a record. */
export type SpanFacts = Record<string, string | number | boolean>

/** A piece of work whose time is taken. */
export interface Span {
  /** Calls `work`, and whatever it begins belongs to this span. */
  run<Result>(work: () => Result): Result
  /** Ends it. What failed is told by its kind, not by its message: nobody knows what that may quote. */
  end(facts?: SpanFacts, failed?: boolean): void
}

/** Where spans go. */
export interface Tracing {
  /** Begins a span under the one that is under way, or under the caller's if its headers are given (W3C Trace Context). */
  begin(name: string, kind: 'server' | 'internal', facts: SpanFacts, headers?: Record<string, unknown>): Span
  /** Sends what has not been sent, and gives up after a few seconds. */
  close(): Promise<void>
}
