/** `running → clean | findings → signed`. */
export type ReconciliationStatus = 'running' | 'clean' | 'findings' | 'signed'

/** One check of a run: how many things it compared, and whether all agreed. */
export interface Check {
  code: string
  passed: boolean
  compared: number
}
