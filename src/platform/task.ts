/** What a task is about: ids and figures, never a name or an address. */
export type TaskPayload = Record<string, string | number | null>

/** What a run did: how many things it looked at, did, left out … by name. */
export type RunCounters = Record<string, number>
