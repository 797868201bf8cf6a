export { type Columns, postgresColumns, sqliteColumns, type TableWithId } from './columns.ts'
export { contains } from './contains.ts'
export { NoConnection, RowRefused, wholePostgres } from './copy/postgres.ts'
export { wholeSqlite } from './copy/sqlite.ts'
export { type Value, type WholeDatabase, type WholeRows, type WholeTable, wholeTables } from './copy/whole.ts'
export type { Db, MeasuredDatabase, OpenDb, Reader, Tx } from './db.ts'
export {
  isCheckViolation,
  isLostConnection,
  isReferenceViolation,
  isUniqueViolation,
  refusedEntry,
  storageFault,
  storageUnavailable,
} from './faults.ts'
export { insertFreeRows, insertRows } from './insert-rows.ts'
export { NewerDatabase } from './migrations.ts'
export { DatabaseHeld, holdTogether } from './postgres/hold.ts'
export { openPostgres } from './postgres/postgres.ts'
export { prepared } from './prepared.ts'
export { askedFor, rowsFor } from './rows-for.ts'
export { checkSqlite, copySqlite, DatabaseInUse, settleSqlite, syncPath } from './sqlite/copy.ts'
export { openSqlite } from './sqlite/sqlite.ts'
