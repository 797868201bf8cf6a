import { deepEqual } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { type ApportionmentInput, apportion, needOf, type SchoolNeed } from '../../src/allocation/apportion.ts'
import { type AllocationLine, reasonSentence } from '../../src/allocation/reason.ts'
import { projectRoot } from '../../src/platform/project-root.ts'
import { runs } from '../support/long.ts'

const total = (kits: Iterable<number>) => [...kits].reduce((sum, n) => sum + n, 0)
/** The line of each school. */
function linesOf(input: ApportionmentInput): AllocationLine[] {
  const { line } = apportion(input)
  return input.schools.map((_, i) => line(i))
}
const quantitiesOf = (input: ApportionmentInput) => [...apportion(input).quantities]

function schoolsNeeding(...needs: number[]): SchoolNeed[] {
  return needs.map((need, i) => ({ id: `school-${i + 1}`, need, shipped: 0 }))
}

/** Invariant 7 word by word: one kit at a time to the school with the best claim, rule after rule. */
function oneByOne({ schools, stock, policy = {}, seed }: ApportionmentInput) {
  const { minimumPerSchool = 0, prioritySchoolIds = [] } = policy
  const lot = ({ id }: SchoolNeed) => createHash('sha256').update(`${seed}:${id}`).digest('hex')
  const kits = schools.map(({ shipped }) => ({ shipped, minimum: 0, priority: 0, share: 0 }))
  const quantity = (i: number) => total(Object.values(kits[i]!))
  const claims = {
    minimum: schools.map(({ need }) => Math.min(need, minimumPerSchool)),
    priority: schools.map(({ id, need }) => (prioritySchoolIds.includes(id) ? need : 0)),
    share: schools.map(({ need }) => need),
  }
  let left = stock - total(schools.map(({ shipped }) => shipped))
  for (const rule of ['minimum', 'priority', 'share'] as const) {
    const claim = claims[rule]
    for (;;) {
      const open = schools.map((_, i) => i).filter((i) => quantity(i) < claim[i]!)
      if (open.length === 0) break
      if (left <= 0) return kits
      const [best] = open.sort(
        (a, b) =>
          claim[b]! * (2 * quantity(a) + 1) - claim[a]! * (2 * quantity(b) + 1) ||
          (lot(schools[a]!) < lot(schools[b]!) ? -1 : 1),
      )
      kits[best!]![rule] += 1
      left -= 1
    }
  }
  return kits
}

const need = fc.oneof(fc.nat(3), fc.nat(40))
const shipped = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(15) })

/** Any input: no school or a dozen, stock from less than nothing to more than enough, with and without a policy. */
function anyInput() {
  return fc
    .uniqueArray(fc.record({ id: fc.string({ maxLength: 4 }), need, shipped }), {
      selector: ({ id }) => id,
      maxLength: 12,
    })
    .chain((schools) =>
      fc.record({
        schools: fc.constant(schools),
        stock: fc.integer({ min: -5, max: total(schools.map((school) => school.need)) + 10 }),
        policy: fc.record({
          minimumPerSchool: fc.option(fc.nat(12), { nil: undefined }),
          prioritySchoolIds: fc.oneof(fc.constant([]), fc.subarray([...schools.map(({ id }) => id), 'no such school'])),
        }),
        seed: fc.string(),
      }),
    )
}

function holds(input: fc.Arbitrary<ApportionmentInput>, promise: (input: ApportionmentInput) => boolean | void) {
  fc.assert(fc.property(input, promise), { numRuns: runs(200, 2000) })
}

t.test(
  'kits go one by one to the school with the best claim, rule after rule, and the line says which rule gave each',
  async () => {
    holds(anyInput(), (input) => {
      const lines = linesOf(input)
      deepEqual(
        lines.map(({ kits }) => kits),
        oneByOne(input),
      )
      return lines.every(({ quantity, kits }) => quantity === total(Object.values(kits)))
    })
  },
)

t.test('the sum is what the schools need or hold, down to the stock but not below what was shipped', async () => {
  holds(anyInput(), (input) => {
    const shipped = total(input.schools.map((school) => school.shipped))
    const wanted = total(input.schools.map((school) => Math.max(school.need, school.shipped)))
    const { quantities, shortfall } = apportion(input)
    const given = Math.max(shipped, Math.min(input.stock, wanted))
    return total(quantities) === given && shortfall === wanted - given
  })
})

t.test('no school gets more than its need, and what was shipped is never taken back: the line says so', async () => {
  holds(anyInput(), (input) =>
    linesOf(input).every(({ need, quantity, code }, i) => {
      const { shipped } = input.schools[i]!
      const beyond = shipped > need
      return (
        beyond === (code === 'shipped_beyond_need') &&
        (beyond ? quantity === shipped : quantity >= shipped && quantity <= need)
      )
    }),
  )
})

t.test('schools alike in need, shipments and priority differ by at most one kit', async () => {
  holds(anyInput(), (input) => {
    const named = new Set(input.policy?.prioritySchoolIds)
    const lines = linesOf(input)
    const alike = (a: AllocationLine, b: AllocationLine) =>
      a.need === b.need && a.kits.shipped === b.kits.shipped && named.has(a.schoolId) === named.has(b.schoolId)
    return lines.every((a) => lines.every((b) => !alike(a, b) || Math.abs(a.quantity - b.quantity) <= 1))
  })
})

t.test('names decide nothing but the draw among schools equally entitled', async () => {
  const renamed = ({ schools, policy, ...rest }: ApportionmentInput): ApportionmentInput => ({
    ...rest,
    schools: schools.map((school) => ({ ...school, id: `another ${school.id}` })),
    policy: { ...policy, prioritySchoolIds: policy?.prioritySchoolIds?.map((id) => `another ${id}`) },
  })
  holds(anyInput(), (input) => {
    const before = linesOf(input)
    const after = linesOf(renamed(input))
    const withoutLuck = ({ quantity, lot }: AllocationLine) => (lot === 'won' ? quantity - 1 : quantity)
    return before.every(
      (line, i) => withoutLuck(line) === withoutLuck(after[i]!) && (line.lot === null) === (after[i]!.lot === null),
    )
  })
})

t.test('each kit more in stock goes to one school and takes from none', async () => {
  holds(anyInput(), (input) => {
    let before: number[] | undefined
    for (let stock = -1; stock <= total(input.schools.map((school) => school.need)) + 2; stock++) {
      const now = quantitiesOf({ ...input, stock })
      const gained = now.map((quantity, i) => quantity - (before ?? now)[i]!)
      if (gained.some((kits) => kits < 0) || total(gained) > 1) return false
      before = now
    }
  })
})

t.test('shipping what was allocated changes no allocation of the same seed', async () => {
  const partlyShipped = anyInput().chain((input) => {
    const shipments = linesOf(input).map(({ quantity, kits }) => fc.integer({ min: kits.shipped, max: quantity }))
    return fc.tuple(fc.constant(input), fc.tuple(...shipments))
  })
  fc.assert(
    fc.property(partlyShipped, ([input, shipments]) => {
      const schools = input.schools.map((school, i) => ({ ...school, shipped: shipments[i]! }))
      deepEqual(quantitiesOf({ ...input, schools }), quantitiesOf(input))
    }),
  )
})

t.test('needs in the millions are divided to the exact kit', async () => {
  const quotient = (need: number, kit: number) => ({ need: BigInt(need), divisor: BigInt(2 * kit + 1) })
  const less = (a: ReturnType<typeof quotient>, b: ReturnType<typeof quotient>) =>
    a.need * b.divisor < b.need * a.divisor
  const large = fc
    .array(fc.oneof(fc.integer({ min: 1, max: 2_000_000 }), fc.integer({ min: 1_999_990, max: 2_000_000 })), {
      minLength: 1,
      maxLength: 20,
    })
    .chain((needs) => fc.tuple(fc.constant(needs), fc.nat(total(needs))))
  fc.assert(
    fc.property(large, ([needs, stock]) => {
      const quantities = quantitiesOf({ schools: schoolsNeeding(...needs), stock, seed: 'large' })
      const last = needs.flatMap((need, i) => (quantities[i]! > 0 ? [quotient(need, quantities[i]! - 1)] : []))
      const next = needs.map((need, i) => quotient(need, quantities[i]!))
      return total(quantities) === stock && last.every((a) => next.every((b) => !less(a, b)))
    }),
  )
})

t.test("Balinski and Young's six states get the seats that Webster's method gives them", async (t) => {
  const schools = schoolsNeeding(27_744, 25_178, 19_947, 14_614, 9_225, 3_292)
  t.same(quantitiesOf({ schools, stock: 36, seed: 'states' }), [10, 9, 8, 5, 3, 1])
})

t.test('the Alabama paradox does not happen: the small school keeps its kits when one more comes', async (t) => {
  // By largest remainders 10 kits are divided 4, 4, 2 and 11 kits 5, 5, 1.
  const divided = Array.from({ length: 15 }, (_, stock) =>
    quantitiesOf({ schools: schoolsNeeding(6, 6, 2), stock, seed: 'alabama' }),
  )
  t.ok(divided.every((quantities, stock) => stock === 0 || quantities[2]! >= divided[stock - 1]![2]!))
  t.same(divided[14], [6, 6, 2])
})

t.test('the draw is by the recorded seed, can be repeated by hand, and favours nobody', async (t) => {
  const schools = schoolsNeeding(1, 1, 1)
  const winner = (seed: string) => quantitiesOf({ schools, stock: 1, seed }).indexOf(1)
  const lot = (id: string) => createHash('sha256').update(`first draw:${id}`).digest('hex')
  const [lowest] = schools.toSorted((a, b) => (lot(a.id) < lot(b.id) ? -1 : 1))
  t.equal(schools[winner('first draw')], lowest)

  const wins = [0, 0, 0]
  for (let seed = 0; seed < 3000; seed++) wins[winner(String(seed))]! += 1
  t.ok(
    wins.every((count) => count > 900 && count < 1100),
    `of 3,000 draws each school wins about 1,000: ${wins}`,
  )
})

t.test('a draw among very many divides what is left to the kit', async (t) => {
  const schools = schoolsNeeding(...Array.from({ length: 20_000 }, () => 12))
  const lines = linesOf({ schools, stock: 190_001, seed: 'many' })
  const count = (match: (line: AllocationLine) => boolean) => lines.filter(match).length
  t.equal(
    count(({ quantity, lot }) => quantity === 10 && lot === 'won'),
    10_001,
  )
  t.equal(
    count(({ quantity, lot }) => quantity === 9 && lot === 'lost'),
    9_999,
  )
})

t.test('no schools, no stock, no need: nothing to divide is no fault', async (t) => {
  t.match(apportion({ schools: [], stock: 10, seed: '' }), { needQuantity: 0, shortfall: 0 })
  t.same(quantitiesOf({ schools: schoolsNeeding(3, 0), stock: 0, seed: '' }), [0, 0])
  t.same(quantitiesOf({ schools: schoolsNeeding(0, 0), stock: 5, seed: '' }), [0, 0])
})

t.test('figures that are not whole, negative or beyond the exact range are refused', async (t) => {
  const withSchool = (school: Partial<SchoolNeed>, stock = 1) =>
    apportion({ schools: [{ id: 'a', need: 1, shipped: 0, ...school }], stock, seed: '' })
  t.throws(() => withSchool({ need: 1.5 }), RangeError)
  t.throws(() => withSchool({ need: -1 }), RangeError)
  t.throws(() => withSchool({ need: 2_000_001 }), RangeError)
  t.throws(() => withSchool({ shipped: Number.NaN }), RangeError)
  t.throws(() => withSchool({}, 0.5), RangeError)
  t.throws(() => apportion({ schools: [], stock: 1, policy: { minimumPerSchool: 1.5 }, seed: '' }), RangeError)
  t.same([...withSchool({ need: 2_000_000 }, 2_000_000).quantities], [2_000_000])
})

t.test('a buffer is added to the need and rounded up to whole kits', async (t) => {
  t.equal(needOf(100), 100)
  t.equal(needOf(100, 10), 110)
  t.equal(needOf(101, 10), 112)
  t.equal(needOf(7, 7), 8)
  t.equal(needOf(0, 50), 0)
})

t.test('every line tells in one sentence, in English and in Greek, why it is as it is', async (t) => {
  const told = (input: ApportionmentInput) =>
    linesOf(input).map((line) => [reasonSentence(line, 'en'), reasonSentence(line, 'el')])
  const school = (id: string, need: number, shipped = 0): SchoolNeed => ({ id, need, shipped })

  const policy = { minimumPerSchool: 2, prioritySchoolIds: ['named'] }
  const schools = [
    school('named', 5),
    school('large', 20, 1),
    school('small', 1),
    school('over', 3, 4),
    school('none', 0),
  ]
  t.same(told({ schools, stock: 17, policy, seed: 's' }), [
    [
      'Gets its whole need of 5: 2 as the minimum per school, 3 by priority.',
      'Καλύπτεται όλη η ανάγκη του (5): 2 ως ελάχιστο ανά σχολείο, 3 κατά προτεραιότητα.',
    ],
    [
      'Gets 7 for a need of 20 because stock is short: 1 already shipped, 1 as the minimum per school, 5 as its share by need.',
      'Λαμβάνει 7 έναντι ανάγκης 20, επειδή το απόθεμα δεν επαρκεί: 1 από όσα έχουν ήδη αποσταλεί, 1 ως ελάχιστο ανά σχολείο, 5 κατ’ αναλογία της ανάγκης.',
    ],
    [
      'Gets its whole need of 1: 1 as the minimum per school.',
      'Καλύπτεται όλη η ανάγκη του (1): 1 ως ελάχιστο ανά σχολείο.',
    ],
    [
      'Keeps what was shipped (4) although its need is 3 now, because that is never taken back.',
      'Κρατά όσα έχουν αποσταλεί (4) αν και η ανάγκη του είναι πλέον 3, γιατί δεν αφαιρούνται ποτέ.',
    ],
    ['Needs no kits.', 'Δεν χρειάζεται σετ.'],
  ])

  const short = (stock: number) => told({ schools: [school('named', 5), school('other', 5)], stock, policy, seed: 's' })
  t.same(short(0)[0], [
    'Gets 0 for a need of 5 because stock is short even for the minimum per school.',
    'Λαμβάνει 0 έναντι ανάγκης 5, επειδή το απόθεμα δεν επαρκεί ούτε για το ελάχιστο ανά σχολείο.',
  ])
  t.same(short(6)[1], [
    'Gets 2 for a need of 5 because stock is short even for the priority schools: 2 as the minimum per school.',
    'Λαμβάνει 2 έναντι ανάγκης 5, επειδή το απόθεμα δεν επαρκεί ούτε για τα σχολεία προτεραιότητας: 2 ως ελάχιστο ανά σχολείο.',
  ])

  const drawn = told({ schools: [school('a', 3), school('b', 3)], stock: 3, seed: 's' }).toSorted()
  t.same(drawn, [
    [
      'Gets 1 for a need of 3 because stock is short: 1 as its share by need; it lost the draw for one kit more among schools equally entitled.',
      'Λαμβάνει 1 έναντι ανάγκης 3, επειδή το απόθεμα δεν επαρκεί: 1 κατ’ αναλογία της ανάγκης· έχασε την κλήρωση για ένα ακόμη σετ μεταξύ σχολείων με ίσο δικαίωμα.',
    ],
    [
      'Gets 2 for a need of 3 because stock is short: 2 as its share by need; it won the last kit in a draw among schools equally entitled.',
      'Λαμβάνει 2 έναντι ανάγκης 3, επειδή το απόθεμα δεν επαρκεί: 2 κατ’ αναλογία της ανάγκης· κέρδισε το τελευταίο σετ σε κλήρωση μεταξύ σχολείων με ίσο δικαίωμα.',
    ],
  ])
})

t.test(
  '93 real schools share a stock that is 15 % short, and none loses a kit when heads are counted again',
  async (t) => {
    const headCounts = (day: string) =>
      readFileSync(join(projectRoot, `src/demo/data/wake-2006/headcounts-${day}.csv`), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((row) => row.split(',') as [code: string, firstGraders: string])
    const first = headCounts('day01').map(([id, children]) => ({ id, need: needOf(Number(children)), shipped: 0 }))
    const needed = total(first.map((school) => school.need))
    const stock = Math.floor((needed * 85) / 100)
    const shipped = quantitiesOf({ schools: first, stock, seed: 'wake' })
    t.equal(first.length, 93)
    t.equal(total(shipped), stock)
    t.ok(
      shipped.every((kits, i) => Math.abs(kits * needed - first[i]!.need * stock) < needed),
      'each school is within one kit of its exact share',
    )

    const recount = new Map(headCounts('day10'))
    const recounted = first.map(({ id }, i) => ({ id, need: Number(recount.get(id)), shipped: shipped[i]! }))
    const again = apportion({ schools: recounted, stock, seed: 'wake' })
    t.same([...again.quantities], shipped, 'with no new stock nothing moves')

    const all = linesOf({ schools: recounted, stock: stock + needed, seed: 'wake' })
    t.ok(all.every(({ need, quantity, kits }) => quantity === Math.max(need, kits.shipped)))
    t.equal(
      all.filter(({ code }) => code === 'shipped_beyond_need').length,
      recounted.filter((school) => school.shipped > school.need).length,
    )
  },
)
