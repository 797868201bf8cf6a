import type { RowPlan } from '../../platform/imports/index.ts'
import type { Id } from '../../shared/ids.ts'
import { type SchoolsByCode, schoolCodeColumn, schoolOf } from '../imports/file.ts'

/** A column of a file of head counts. */
export type HeadcountColumn = 'schoolCode' | 'firstGraders'

/** One row of a file of head counts. */
export interface HeadcountRow {
  row: number
  schoolId: Id
  children: number
}

const mostAtOneSchool = 9999

/** How a file of head counts is read. */
export function headcountFile(schools: SchoolsByCode): RowPlan<HeadcountColumn, HeadcountRow> {
  return {
    columns: [
      schoolCodeColumn,
      {
        key: 'firstGraders',
        names: [
          'count',
          'head count',
          'first graders',
          'Πλήθος Α΄ τάξης',
          'Πλήθος',
          'Μαθητές Α΄ τάξης',
          'Πλήθος μαθητών',
        ],
        required: true,
      },
    ],
    duplicate: { column: 'schoolCode', code: 'duplicate_school' },
    read: (row) => {
      const schoolId = schoolOf(row, schools)
      const children = row.wholeNumber('firstGraders', mostAtOneSchool)
      return { item: { row: row.number, schoolId: schoolId ?? '', children: children ?? 0 }, key: schoolId }
    },
  }
}
