import fc from 'fast-check'
import t from 'tap'
import { instantAt, timeOfDay } from '../../src/shared/local-time.ts'
import { localDate, plusDays } from '../../src/shared/time.ts'

const athens = 'Europe/Athens'

t.test('a local time is an instant, in winter and in summer', async (t) => {
  t.equal(instantAt('2023-09-11', '10:00', athens), '2023-09-11T07:00:00.000Z')
  t.equal(instantAt('2023-12-11', '10:00', athens), '2023-12-11T08:00:00.000Z')
  t.equal(instantAt('2023-09-11', '00:00', athens), '2023-09-10T21:00:00.000Z')
  t.equal(instantAt('2023-09-11', '10:00', 'Asia/Kathmandu'), '2023-09-11T04:15:00.000Z')
})

t.test('a time that the clocks leave out counts on from where they stood', async (t) => {
  t.equal(instantAt('2023-03-26', '02:59', athens), '2023-03-26T00:59:00.000Z')
  t.equal(instantAt('2023-03-26', '03:30', athens), '2023-03-26T01:30:00.000Z')
  t.equal(timeOfDay('2023-03-26T01:30:00.000Z', athens), '04:30')
  t.equal(instantAt('2023-03-26', '04:00', athens), '2023-03-26T01:00:00.000Z')
})

t.test('a time that the clocks show twice is the first of the two', async (t) => {
  t.equal(instantAt('2023-10-29', '03:30', athens), '2023-10-29T00:30:00.000Z')
  t.equal(timeOfDay('2023-10-29T00:30:00.000Z', athens), '03:30')
  t.equal(timeOfDay('2023-10-29T01:30:00.000Z', athens), '03:30')
  t.equal(instantAt('2023-10-29', '04:00', athens), '2023-10-29T02:00:00.000Z')
})

t.test('what the clock shows at the instant is what was asked for, but for the hour that is left out', async () => {
  const minute = fc.integer({ min: Date.parse('2020-01-01') / 60_000, max: Date.parse('2031-01-01') / 60_000 })
  const zone = fc.constantFrom(athens, 'UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu')
  fc.assert(
    fc.property(minute, zone, (minutes, timeZone) => {
      const instant = new Date(minutes * 60_000).toISOString()
      const [date, time] = [localDate(instant, timeZone), timeOfDay(instant, timeZone)]
      const again = instantAt(date, time, timeZone)
      return again <= instant && localDate(again, timeZone) === date && timeOfDay(again, timeZone) === time
    }),
    { numRuns: 500 },
  )
})

t.test('days are counted on the calendar, whatever the clocks do', async (t) => {
  t.equal(plusDays('2023-10-28', 2), '2023-10-30')
  t.equal(plusDays('2024-03-01', -1), '2024-02-29')
})
