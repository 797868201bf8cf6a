import { performance } from 'node:perf_hooks'
import { type ApportionmentInput, apportion, type SchoolNeed } from '../../src/allocation/apportion.ts'
import { reasonSentence } from '../../src/allocation/reason.ts'

const schoolCount = 200_000
const kitCount = 2_000_000
const rounds = 21

// A fixed sequence (Park and Miller's), so that two runs of the bench measure the same input.
let state = 1
const random = () => {
  state = (state * 48_271) % 2_147_483_647
  return state / 2_147_483_647
}

/** Schools whose needs, by `needAt`, come to about 15 % more than the kits there are. */
function schoolsNeeding(needAt: () => number): SchoolNeed[] {
  return Array.from({ length: schoolCount }, (_, i) => ({
    id: `018a5d0c-7000-7000-8000-${i.toString(16).padStart(12, '0')}`,
    need: needAt(),
    shipped: 0,
  }))
}

const small = schoolsNeeding(() => Math.floor(random() * 24))
const skewed = schoolsNeeding(() => Math.floor(random() ** 20 * 242))
const equal = schoolsNeeding(() => 12)
const policy = { minimumPerSchool: 3, prioritySchoolIds: small.filter((_, i) => i % 50 === 0).map(({ id }) => id) }
const seed = 'bench'
const run = (schools: SchoolNeed[], rest: Partial<ApportionmentInput> = {}) =>
  apportion({ schools, stock: kitCount, seed, ...rest })
const linesOf = (schools: SchoolNeed[]) => {
  const { line } = run(schools)
  return schools.map((_, i) => line(i))
}

const contestants: Record<string, { prepare?: () => SchoolNeed[]; race: (prepared: SchoolNeed[]) => unknown }> = {
  'sort the schools by need (the measure)': {
    prepare: () => small.slice(),
    race: (schools) => schools.sort((a, b) => a.need - b.need),
  },
  'sort the schools with skewed needs': {
    prepare: () => skewed.slice(),
    race: (schools) => schools.sort((a, b) => a.need - b.need),
  },
  'sort the bare needs, Int32Array': { race: () => Int32Array.from(small, ({ need }) => need).sort() },
  'apportion, needs 0 to 23': { race: () => run(small) },
  'apportion, needs skewed': { race: () => run(skewed) },
  'apportion, minimum and priority': { race: () => run(small, { policy }) },
  'apportion, all needs equal: a draw among all': { race: () => run(equal, { stock: 1_900_000 }) },
  'apportion and a line for each': { race: () => linesOf(small) },
  'apportion and a sentence for each': {
    race: () => linesOf(small).map((line) => reasonSentence(line, 'en')),
  },
}

const times = new Map(Object.keys(contestants).map((name) => [name, [] as number[]]))
for (let round = 0; round < rounds; round++) {
  for (const [name, { prepare, race }] of Object.entries(contestants)) {
    const prepared = prepare?.() ?? []
    const start = performance.now()
    race(prepared)
    times.get(name)!.push(performance.now() - start)
  }
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
const medians = [...times].map(([name, values]) => [name, median(values)] as const)
const sortMs = medians[0]![1]
console.log(
  `${schoolCount} schools, ${kitCount} kits, median of ${rounds} interleaved rounds; apportion is to stay within 1.5 x`,
)
for (const [name, time] of medians) {
  console.log(`${name.padEnd(46)} ${time.toFixed(1).padStart(7)} ms  ${(time / sortMs).toFixed(2)} x`)
}
const rounded = (value: number) => Number(value.toFixed(2))
const apportionMs = median(times.get('apportion, needs 0 to 23')!)
console.log(
  JSON.stringify({
    bench: 'apportion',
    sortMs: rounded(sortMs),
    apportionMs: rounded(apportionMs),
    ratio: rounded(apportionMs / sortMs),
  }),
)
