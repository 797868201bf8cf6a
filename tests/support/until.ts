/** Asks, for two minutes at most, until it is so: more than anything takes on a machine that others use too. */
export async function until(sentence: string, isSo: () => unknown): Promise<void> {
  for (const end = Date.now() + 120_000; Date.now() < end; await new Promise((next) => setTimeout(next, 10)))
    if (await isSo()) return
  throw new Error(`it never came to pass that ${sentence}`)
}
