/** Whether this run of the tests takes its time, as `npm run test:all` does, instead of proving the same on less. */
const isLong = process.env.SAKA_TEST_LONG === '1'

/** How many, of whatever a test says: `short`, or `long` where the run takes its time. */
export const runs = (short: number, long: number) => (isLong ? long : short)
