import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from '../../../src/platform/project-root.ts'
import { type ColumnWords, fold, matchHeaders, readTable } from '../../../src/platform/tabular/index.ts'

type Key = 'schoolCode' | 'pupilRef' | 'firstGraders' | 'email'

const columns: ColumnWords<Key>[] = [
  { key: 'schoolCode', names: ['code', 'Κωδικός Σχολείου'], required: true },
  { key: 'pupilRef', names: ['Α.Μ.', 'Αριθμός Μητρώου'] },
  { key: 'firstGraders', names: ['count', 'Πλήθος Α΄ τάξης'] },
  { key: 'email', names: [] },
]

const positions = (...cells: string[]) => matchHeaders({ row: 1, cells }, columns).positions

t.test('spellings that a reader takes for the same are the same', async (t) => {
  const alike = [
    ['Κωδικός Σχολείου', 'ΚΩΔΙΚΟΣ ΣΧΟΛΕΙΟΥ', 'κωδικος_σχολειου', ' Κωδικός  Σχολείου: '],
    ['Α.Μ.', 'ΑΜ', 'α. μ.'],
    ['Πλήθος Α΄ τάξης', 'ΠΛΗΘΟΣ Α’ ΤΑΞΗΣ', "πληθος α' ταξης"],
    ['School Code', 'schoolCode', 'school_code', 'SCHOOL-CODE'],
    ['e-mail', 'Email', 'E-Mail'],
    ['Α΄ Δημοτική Κοινότητα', 'α δημοτικη κοινοτητα'],
    ['Ϊ', 'ι', 'ΐ'],
  ]
  for (const spellings of alike) t.equal(new Set(spellings.map(fold)).size, 1, spellings.join(' = '))
  t.not(fold('Α΄ Δημοτική Κοινότητα'), fold('Β΄ Δημοτική Κοινότητα'))
  t.equal(fold('Πλήθος Α΄ τάξης'), 'πληθοσαταξησ')
})

t.test('columns are found in any order and language, and unknown ones are left alone', async (t) => {
  t.same(positions('School Code', 'e-mail', 'PupilRef'), { schoolCode: 0, email: 1, pupilRef: 2 })
  t.same(positions('Παρατηρήσεις', '', 'ΠΛΗΘΟΣ Α ΤΑΞΗΣ', 'κωδικός σχολείου'), { firstGraders: 2, schoolCode: 3 })
  const { header } = await readTable(join(projectRoot, 'src/demo/data/piraeus/headcounts-2023.csv'))
  t.same(matchHeaders(header, columns).positions, { schoolCode: 0, firstGraders: 2 })
})

t.test('a required column that is missing and one that is there twice are faults of the header', async (t) => {
  t.same(matchHeaders({ row: 3, cells: ['email', 'E-mail', 'note', 'note'] }, columns).faults, [
    { row: 3, column: 'schoolCode', code: 'missing_column' },
    { row: 3, column: 'email', code: 'duplicate_column' },
  ])
  t.same(matchHeaders({ row: 1, cells: ['code', 'email'] }, columns).faults, [])
})
