/** How long a stop waits for what is under way, in milliseconds. */
const farewellMilliseconds = 10_000

/** Waits for `work`, but not for long: whoever stops a service stops it for good soon after. */
export async function farewell(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, farewellMilliseconds)
  })
  await Promise.race([work, patience]).finally(() => clearTimeout(timer))
}
