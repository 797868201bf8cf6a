import type { RowPlan, RowReader } from '../../platform/imports/index.ts'
import type { ColumnWords } from '../../platform/tabular/index.ts'
import type { Id } from '../../shared/ids.ts'
import type { School } from '../rules.ts'
import type { CommunityBook } from './communities.ts'

/** What of a school a file can change besides its community. */
export const schoolFields = ['name', 'address', 'postalCode', 'latitude', 'longitude', 'email', 'phone'] as const

/** A column of a file of schools. */
export type SchoolColumn = 'schoolCode' | 'community' | (typeof schoolFields)[number]

/** One row of a file of schools. */
export interface SchoolRow extends Pick<School, 'ministryCode' | (typeof schoolFields)[number]> {
  /** As the file has it. */
  community: string
  /** Null for a community that is yet to be created. */
  communityId: Id | null
}

const columns: ColumnWords<SchoolColumn>[] = [
  {
    key: 'schoolCode',
    names: ['code', 'ministry code', 'Κωδικός Σχολείου', 'Κωδικός', 'Κωδ. Σχολείου', 'Κωδικός Σχολικής Μονάδας'],
    required: true,
  },
  { key: 'name', names: ['school name', 'school', 'Ονομασία Σχολείου', 'Ονομασία', 'Σχολείο'], required: true },
  { key: 'community', names: ['community code', 'Κοινότητα', 'Δημοτική Κοινότητα'], required: true },
  { key: 'address', names: ['Διεύθυνση'] },
  { key: 'postalCode', names: ['ΤΚ', 'Ταχυδρομικός Κώδικας', 'post code', 'zip'] },
  { key: 'latitude', names: ['lat', 'Γεωγραφικό Πλάτος', 'Πλάτος'] },
  { key: 'longitude', names: ['lon', 'lng', 'Γεωγραφικό Μήκος', 'Μήκος'] },
  { key: 'email', names: ['Ηλ. Ταχυδρομείο', 'Ηλεκτρονικό Ταχυδρομείο'] },
  { key: 'phone', names: ['telephone', 'Τηλέφωνο'] },
]

/** How a file of schools is read. With `createCommunities` a community that is not in `book` is no fault. */
export function schoolFile(book: CommunityBook, createCommunities: boolean): RowPlan<SchoolColumn, SchoolRow> {
  return {
    columns,
    duplicate: { column: 'schoolCode', code: 'duplicate_school' },
    read: (row) => {
      const ministryCode = row.schoolCode('schoolCode')
      const name = row.required('name', 200)
      const place = communityOf(row, book, createCommunities)
      return { item: { ministryCode: ministryCode ?? '', name, ...place, ...contactsOf(row) }, key: ministryCode }
    },
  }
}

function communityOf(row: RowReader<'community'>, book: CommunityBook, createCommunities: boolean) {
  const community = row.required('community', 200)
  const communityId = book.find(community)?.id ?? null
  if (community && !communityId && !createCommunities) row.fail('community', 'unknown_community', { value: community })
  return { community, communityId }
}

function contactsOf(row: RowReader<SchoolColumn>) {
  return {
    address: row.text('address', 200),
    postalCode: row.text('postalCode', 20),
    latitude: row.degrees('latitude', 90),
    longitude: row.degrees('longitude', 180),
    email: row.email('email'),
    phone: row.phone('phone'),
  }
}
