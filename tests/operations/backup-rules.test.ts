import t from 'tap'
import { type Backup, backupName, backupsAmong, outdated } from '../../src/backups/rules.ts'

const keeping = { daily: 7, weekly: 4, monthly: 12 }
const athens = 'Europe/Athens'

/** A backup of each of `days` nights before 11 September 2023, a Monday, the newest first. */
const nightly = (days: number): Backup[] =>
  Array.from({ length: days }, (_, i) => {
    const madeAt = new Date(Date.parse('2023-09-11T01:20:00Z') - i * 86_400_000).toISOString()
    return { name: backupName(madeAt), madeAt }
  })

const keptDays = (backups: Backup[], change = keeping, timeZone = athens) => {
  const old = new Set(outdated(backups, change, timeZone).map(({ name }) => name))
  return backups.filter(({ name }) => !old.has(name)).map(({ madeAt }) => madeAt.slice(0, 10))
}

t.test('a backup is known by its name alone, and no other file is touched', async (t) => {
  t.equal(backupName('2023-09-11T06:30:00.000Z'), 'saka-2023-09-11T063000Z.db')
  const names = ['saka-2023-09-11T063000Z.db', 'saka-2023-09-12T063000Z.db', 'saka-2023-09-12T063000Z.db.key']
  const others = ['saka.db', 'saka-2023-13-11T063000Z.db', '.saka-part-1', 'saka-2023-09-11T063000Z.dump', 'notes.txt']
  t.same(backupsAmong([...names, ...others]), [
    { name: names[1], madeAt: '2023-09-12T06:30:00.000Z' },
    { name: names[0], madeAt: '2023-09-11T06:30:00.000Z' },
  ])
})

t.test('seven days, four weeks and twelve months are kept, the last of each', async (t) => {
  t.same(
    keptDays(nightly(500)),
    [
      '2023-09-11',
      '2023-09-10',
      '2023-09-09',
      '2023-09-08',
      '2023-09-07',
      '2023-09-06',
      '2023-09-05',
      // The Sundays that end the weeks before.
      '2023-09-03',
      '2023-08-27',
      // The last days of the months before.
      '2023-08-31',
      '2023-07-31',
      '2023-06-30',
      '2023-05-31',
      '2023-04-30',
      '2023-03-31',
      '2023-02-28',
      '2023-01-31',
      '2022-12-31',
      '2022-11-30',
      '2022-10-31',
    ]
      .sort()
      .reverse(),
  )
})

t.test('thinned out night after night, as much is kept as all at once would leave', async (t) => {
  let kept: Backup[] = []
  for (const backup of nightly(500).reverse()) {
    const all = [backup, ...kept]
    const old = outdated(all, keeping, athens)
    kept = all.filter((one) => !old.includes(one))
  }
  t.same(
    kept.map(({ madeAt }) => madeAt.slice(0, 10)),
    keptDays(nightly(500)),
  )
})

t.test('days without a backup use none up, and of several a day the last is kept', async (t) => {
  const seldom = nightly(300).filter((_, i) => i % 40 === 0)
  t.same(
    keptDays(seldom),
    seldom.map(({ madeAt }) => madeAt.slice(0, 10)),
  )
  const twice = ['2023-09-11T20:00:00.000Z', '2023-09-11T08:00:00.000Z'].map((madeAt) => ({
    name: backupName(madeAt),
    madeAt,
  }))
  t.same(outdated(twice, keeping, athens), [twice[1]])
})

t.test('a day is the municipality’s', async (t) => {
  const madeAt = ['2023-09-11T21:30:00.000Z', '2023-09-11T20:30:00.000Z']
  const evening = madeAt.map((at) => ({ name: backupName(at), madeAt: at }))
  const oneADay = { daily: 7, weekly: 0, monthly: 0 }
  t.equal(outdated(evening, oneADay, athens).length, 0, 'midnight in Athens is between them')
  t.equal(outdated(evening, oneADay, 'UTC').length, 1)
})

t.test('the newest is kept whatever the settings say', async (t) => {
  const nothing = { daily: 0, weekly: 0, monthly: 0 }
  t.same(keptDays(nightly(3), nothing), ['2023-09-11'])
})
