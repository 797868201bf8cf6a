import { setFlagsFromString } from 'node:v8'

/**
 * By how much the heap may outgrow what was alive when it was last cleared, in percent. V8 lets it grow fourfold where the machine
 * has gigabytes: then what a step with a line for every school leaves behind lies about until long after it. `docs/measurements.md` has
 * the figures; half as much again cost no processor time, a fifth did.
 */
const growthPercent = 50

/** Has V8 clear the heap while there is little to clear, so that the memory of the process follows what it holds. */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`)
}
