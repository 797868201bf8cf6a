import fc from 'fast-check'
import t from 'tap'
import { idPattern, idSource } from '../../src/shared/ids.ts'
import { decodeCursor, decodePosition, encodeCursor, toPage } from '../../src/shared/page.ts'
import { defineProblem, invalidInput, Problem, refuse } from '../../src/shared/problem.ts'
import { isInstant, localDate, localTime, plusMilliseconds, toInstant } from '../../src/shared/time.ts'
import { occurred } from '../../src/shared/time-facts.ts'

t.test('ids are UUIDs of version 7 that tell their time', async (t) => {
  const newId = idSource(() => Date.parse('2023-09-11T06:30:00.000Z'))
  const id = newId()
  t.match(id, new RegExp(idPattern))
  t.equal(Number.parseInt(id.replace('-', '').slice(0, 12), 16), Date.parse('2023-09-11T06:30:00.000Z'))
})

t.test('ids of one source ascend strictly, whatever the clock does', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 300 }), (steps) => {
      let now = 1_694_413_800_000
      const newId = idSource(() => now)
      const ids = steps.map((step) => {
        now += step
        return newId()
      })
      return ids.every((id, i) => new RegExp(idPattern).test(id) && (i === 0 || ids[i - 1]! < id))
    }),
  )
  const standing = idSource(() => 1_694_413_800_000)
  let last = ''
  let ascending = true
  for (let i = 0; i < 20_000; i++) {
    const id = standing()
    ascending &&= last < id
    last = id
  }
  t.ok(ascending, 'also when more are made than a millisecond has room for')
})

t.test('a day is the municipality’s own, also when its clocks change', async (t) => {
  const athens = (instant: string) => localDate(instant, 'Europe/Athens')
  t.equal(athens('2023-09-10T20:59:59.999Z'), '2023-09-10')
  t.equal(athens('2023-09-10T21:00:00.000Z'), '2023-09-11', 'three hours ahead in summer')
  t.equal(athens('2023-12-31T21:59:59.999Z'), '2023-12-31')
  t.equal(athens('2023-12-31T22:00:00.000Z'), '2024-01-01', 'two in winter')
  t.equal(athens('2023-03-25T22:00:00.000Z'), '2023-03-26', 'the day of 23 hours begins')
  t.equal(athens('2023-03-26T20:59:59.999Z'), '2023-03-26')
  t.equal(athens('2023-03-26T21:00:00.000Z'), '2023-03-27', 'and ends')
  t.equal(athens('2023-10-28T20:59:59.999Z'), '2023-10-28')
  t.equal(athens('2023-10-28T21:00:00.000Z'), '2023-10-29', 'the day of 25 hours begins')
  t.equal(athens('2023-10-29T21:59:59.999Z'), '2023-10-29')
  t.equal(athens('2023-10-29T22:00:00.000Z'), '2023-10-30', 'and ends')
  t.equal(localDate('2023-09-10T21:00:00.000Z', 'UTC'), '2023-09-10', 'elsewhere it is still the day before')
  t.equal(localTime('2023-09-11T06:30:00.000Z', 'Europe/Athens'), '11/09/2023, 09:30')
})

t.test('the days of instants never go back', async () => {
  const instant = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(instant, fc.integer({ min: 0, max: 1e10 }), (date, milliseconds) => {
      const now = date.toISOString()
      const later = plusMilliseconds(now, milliseconds)
      return (
        localDate(now, 'Europe/Athens') <= localDate(later, 'Europe/Athens') &&
        plusMilliseconds(later, -milliseconds) === now
      )
    }),
  )
})

t.test('an instant is kept in UTC with milliseconds, whatever it was written as', async (t) => {
  t.equal(toInstant('2023-09-11T09:30:00+03:00'), '2023-09-11T06:30:00.000Z')
  t.equal(toInstant('2023-09-11t06:30:00.5z'), '2023-09-11T06:30:00.500Z')
  t.equal(toInstant('2016-12-31T23:59:60Z'), '2016-12-31T23:59:59.999Z')
  t.equal(toInstant('2017-01-01T01:59:60.25+02:00'), '2016-12-31T23:59:59.999Z')
})

t.test('an instant outside the calendar is none, however it is written', async (t) => {
  t.equal(toInstant('1900-01-01T00:00:00Z'), '1900-01-01T00:00:00.000Z')
  t.equal(toInstant('2199-12-31T23:59:59.999Z'), '2199-12-31T23:59:59.999Z')
  t.equal(toInstant('2200-01-01T01:00:00+02:00'), '2199-12-31T23:00:00.000Z', 'its year in UTC counts')
  const clock = { now: () => '2023-09-11T06:30:00.000Z' }
  for (const text of [
    '9999-12-31T23:59:59-23:59',
    '0000-01-01T00:00:00+14:00',
    '0000-01-01T00:00:00.000Z',
    '0099-01-01T00:00:00Z',
    '1899-12-31T23:59:59.999Z',
    '2199-12-31T23:59:59-00:01',
    '2200-01-01T00:00:00.000Z',
    '2023-09-11T06:30:00+03',
  ]) {
    t.equal(isInstant(text), false, text)
    t.throws(() => toInstant(text), { code: 'invalid_input' }, text)
    t.throws(() => occurred(clock, text), { code: 'invalid_input' }, text)
  }
})

t.test('what happened happened now or before', async (t) => {
  const clock = { now: () => '2023-09-11T06:30:00.000Z' }
  t.equal(occurred(clock, undefined), '2023-09-11T06:30:00.000Z')
  t.equal(occurred(clock, '2023-09-11T09:30:00+03:00'), '2023-09-11T06:30:00.000Z')
  t.throws(() => occurred(clock, '2023-09-11T06:30:00.001Z'), { code: 'occurred_in_future', status: 422 })
})

t.test('a cursor gives back the key that it was made from, and nothing else is one', async (t) => {
  const part = fc.oneof(fc.string({ unit: 'binary' }), fc.integer())
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (key) => {
      const cursor = encodeCursor(key)
      t.same(decodeCursor(cursor, key.length), key)
      t.throws(() => decodeCursor(cursor, key.length + 1), { code: 'invalid_input' })
      return /^[\w-]*$/.test(cursor)
    }),
    { numRuns: 50 },
  )
  t.equal(decodeCursor(undefined, 1), undefined)
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        return (decodeCursor(text, 1) ?? []).length === 1
      } catch (error) {
        return error instanceof Problem && error.code === 'invalid_input'
      }
    }),
  )
})

t.test('a number in a cursor is whole and exact, or it is not ours', async (t) => {
  const cursor = (json: string) => Buffer.from(json).toString('base64url')
  t.equal(decodePosition(encodeCursor([9_007_199_254_740_991])), 9_007_199_254_740_991)
  t.equal(decodePosition(undefined), undefined)
  for (const foreign of ['[1e999]', '[-1e999]', '[99999999999999999999]', '[0.5]']) {
    t.throws(() => decodeCursor(cursor(foreign), 1), { code: 'invalid_input' }, foreign)
    t.throws(() => decodePosition(cursor(foreign)), { code: 'invalid_input' }, foreign)
  }
  t.throws(() => decodePosition(cursor('["abc"]')), { code: 'invalid_input' }, 'a text is no position')
})

t.test('page after page gives every row once and in order', async () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer()), fc.integer({ min: 1, max: 7 }), (numbers, limit) => {
      const rows = numbers.sort((a, b) => a - b)
      const seen: number[] = []
      for (let cursor: string | undefined; ; ) {
        const [after] = decodeCursor(cursor, 1) ?? [Number.NEGATIVE_INFINITY]
        const found = rows.filter((row) => row > Number(after)).slice(0, limit + 1)
        const page = toPage(found, limit, (row) => [row])
        seen.push(...page.items)
        if (page.items.length > limit) return false
        if (page.nextCursor === null) return JSON.stringify(seen) === JSON.stringify(rows)
        cursor = page.nextCursor
      }
    }),
  )
})

t.test('a problem is declared once, and thrown where a rule gives one', async (t) => {
  const tooHeavy = defineProblem<{ kilograms: number }>({
    code: 'too_heavy',
    status: 422,
    title: 'Too heavy',
    detail: ({ kilograms }) => `${kilograms} kg are too heavy. Take something out.`,
    members: ({ kilograms }) => ({ kilograms }),
  })
  t.match(tooHeavy({ kilograms: 9 }), { code: 'too_heavy', status: 422, message: /^9 kg/, members: { kilograms: 9 } })
  t.throws(() => refuse(tooHeavy({ kilograms: 9 })), { code: 'too_heavy' })
  t.doesNotThrow(() => refuse(undefined))
  t.throws(() => defineProblem({ code: 'too_heavy', status: 400, title: 'Twice', detail: () => '' }), {
    message: /declared twice/,
  })
  t.match(invalidInput({ errors: [{ pointer: '', message: 'is missing' }] }).message, /^The body is missing/)
})
