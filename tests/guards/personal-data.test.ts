import { getTableColumns } from 'drizzle-orm'
import t from 'tap'
import { columnsOf, dataMap } from '../../src/privacy/erasure/data-map.ts'
import { sqliteSchema } from '../../src/schema.ts'
import { textOf } from '../support/sources.ts'

const textColumns = Object.entries(sqliteSchema).flatMap(([table, columns]) =>
  Object.entries(getTableColumns(columns))
    .filter(([, { columnType }]) => /Text|Blob/.test(columnType))
    .map(([column]) => `${table}.${column}`),
)
const page = textOf('docs/privacy.md')

t.test('every column that can hold text says whose it is, once', async (t) => {
  t.ok(textColumns.length > 200, 'the columns were found')
  t.same(columnsOf('personal', 'typed', 'staff', 'plain').sort(), textColumns.sort())
  t.same(Object.keys(dataMap).sort(), Object.keys(sqliteSchema).sort())
})

t.test('docs/privacy.md tells every column that is somebody’s, and no other', async (t) => {
  const told = [...page.matchAll(/^\| `(\w+\.\w+)` \| (personal|typed|staff) \|/gm)]
  for (const kind of ['personal', 'typed', 'staff'] as const) {
    const columns = told.filter((row) => row[2] === kind).map((row) => row[1])
    t.same(columns.sort(), columnsOf(kind).sort(), kind)
  }
})

t.test('no column that is called like a name, a contact or a reason is plain by mistake', async (t) => {
  const suspicious = /name$|^email$|^phone$|note|reason|resolution|comment|remark|address|contact/i
  const known = [
    // Institutions, places and things.
    ...['communities.name', 'communities.nameLatin', 'locations.name', 'schools.name', 'kits.name', 'kitItems.name'],
    ...['campaigns.name', 'schools.address', 'schools.email', 'schools.phone'],
    // A word of the domain.
    'adjustments.reason',
    'jobRuns.reason',
    'tasks.reason',
  ]
  const doubtful = columnsOf('plain').filter(
    (column) => suspicious.test(column.split('.')[1]!) && !known.includes(column),
  )
  t.same(doubtful, [])
})
