export { findById, getById, updateVersion, updateWhere } from './by-id.ts'
export { type Columns, postgresColumns, sqliteColumns, type TableWithId } from './columns.ts'
export { contains } from './contains.ts'
export {
  type CopyEndpoint,
  type CopyLock,
  type CopySession,
  type CopyTable,
  tablesToCopy,
  type Value,
} from './copy/endpoint.ts'
export { postgresEndpoint } from './copy/postgres.ts'
export { sqliteEndpoint } from './copy/sqlite.ts'
export type { Db, MeasuredDatabase, OpenDb, Reader, Tx } from './db.ts'
export {
  isCheckViolation,
  isLostConnection,
  isReferenceViolation,
  isStorageFault,
  isUniqueViolation,
  refusedAs,
  refusedEntry,
  storageFault,
  storageUnavailable,
} from './faults.ts'
export { insertFreeRows, insertRows } from './insert-rows.ts'
export { pageAscending, pageDescending } from './keyset-page.ts'
export { takeSharedLock } from './postgres/advisory-lock.ts'
export { openPostgres } from './postgres/postgres.ts'
export { prepared } from './prepared.ts'
export { askedFor, rowsFor } from './rows-for.ts'
export { checkSqlite, copySqlite, settleSqlite, syncPath } from './sqlite/copy.ts'
export { openSqlite } from './sqlite/sqlite.ts'
