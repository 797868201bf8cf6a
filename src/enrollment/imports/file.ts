import type { RowPlan, RowReader } from '../../platform/imports/index.ts'
import type { ColumnWords } from '../../platform/tabular/index.ts'
import type { Id } from '../../shared/ids.ts'
import { defaultLanguage, longest, type Person } from '../rules.ts'

/** A column of a file of enrollments. */
export type EnrollmentColumn = 'schoolCode' | 'pupilRef' | ChildField

/** What of a child a file can change. */
export const childFields = [
  'familyName',
  'givenName',
  'section',
  'guardianName',
  'guardianEmail',
  'guardianPhone',
  'language',
] as const

/** One of {@link childFields}. */
export type ChildField = (typeof childFields)[number]

/** What a file says of a child: the guardian's language is null where there is no guardian. */
export interface ChildData extends Person {
  guardianName: string | null
  guardianEmail: string | null
  guardianPhone: string | null
  language: string | null
}

/** One row of a file of enrollments. */
export interface ChildRow extends ChildData {
  schoolId: Id
  pupilRef: string
}

/** The column of a school's code, in every file about schools. */
export const schoolCodeColumn = {
  key: 'schoolCode',
  names: ['code', 'school code', 'Κωδικός Σχολείου', 'Κωδικός', 'Κωδ. Σχολείου', 'Κωδικός Σχολικής Μονάδας'],
  required: true,
} as const

const columns: ColumnWords<EnrollmentColumn>[] = [
  schoolCodeColumn,
  { key: 'pupilRef', names: ['Α.Μ.', 'Αρ. Μητρώου', 'Αριθμός Μητρώου', 'Α.Μ. Μαθητή', 'pupil number'], required: true },
  { key: 'familyName', names: ['Επώνυμο', 'Επώνυμο Μαθητή', 'surname', 'last name'] },
  { key: 'givenName', names: ['Όνομα', 'Όνομα Μαθητή', 'first name'] },
  { key: 'section', names: ['Τμήμα', 'class'] },
  { key: 'guardianName', names: ['Κηδεμόνας', 'Όνομα Κηδεμόνα', 'Ονοματεπώνυμο Κηδεμόνα', 'guardian'] },
  { key: 'guardianEmail', names: ['Email Κηδεμόνα', 'Ηλ. Ταχυδρομείο Κηδεμόνα'] },
  { key: 'guardianPhone', names: ['Κινητό Κηδεμόνα', 'Τηλέφωνο Κηδεμόνα', 'Κινητό', 'guardian mobile'] },
  { key: 'language', names: ['Γλώσσα', 'Γλώσσα Κηδεμόνα', 'guardian language'] },
]

/** The schools that a file may name, by their codes. */
export type SchoolsByCode = ReadonlyMap<string, { id: Id; inCampaign: boolean }>

/** How a file of enrollments is read. The school's name in it is for people and left alone. */
export function enrollmentFile(schools: SchoolsByCode): RowPlan<EnrollmentColumn, ChildRow> {
  return {
    columns,
    duplicate: { column: 'pupilRef', code: 'duplicate_pupil_ref' },
    read: (row) => {
      const schoolId = schoolOf(row, schools)
      const pupilRef = row.required('pupilRef', longest.pupilRef)
      const item = { schoolId: schoolId ?? '', pupilRef, ...childOf(row) }
      return { item, key: schoolId && pupilRef && `${row.cell('schoolCode')} ${pupilRef}` }
    },
  }
}

/** The school of a row; undefined where its code is at fault. */
export function schoolOf(row: RowReader<'schoolCode'>, schools: SchoolsByCode): Id | undefined {
  const value = row.schoolCode('schoolCode')
  if (value === undefined) return undefined
  const school = schools.get(value)
  if (!school) row.fail('schoolCode', 'unknown_school', { value })
  else if (!school.inCampaign) row.fail('schoolCode', 'school_not_in_campaign', { value })
  else return school.id
  return undefined
}

function childOf(row: RowReader<ChildField>): ChildData {
  const familyName = row.text('familyName', longest.familyName)
  const givenName = row.text('givenName', longest.givenName)
  const section = row.text('section', longest.section)
  const guardianName = row.text('guardianName', longest.guardianName)
  const guardianEmail = row.email('guardianEmail')
  const guardianPhone = row.phone('guardianPhone')
  const known = row.language('language') ?? defaultLanguage
  const language = guardianName || guardianEmail || guardianPhone ? known : null
  return { familyName, givenName, section, guardianName, guardianEmail, guardianPhone, language }
}
