import type { ImportFault } from './faults.ts'

const listedAtMost = 1000

/** The faults of a file so far: the first thousand of them, and how many rows have any. */
export class FaultList {
  readonly listed: ImportFault[] = []
  /** Whether there are more than are listed. */
  truncated = false
  /** Rows below the header that have a fault. */
  rows = 0
  #lastRow = 0

  /** Adds a fault, made only if it is listed. Rows come in order. */
  add(row: number, make: () => ImportFault): void {
    if (this.listed.length < listedAtMost) this.listed.push(make())
    else this.truncated = true
    if (row !== this.#lastRow) this.rows += 1
    this.#lastRow = row
  }
}
