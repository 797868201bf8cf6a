export { type Columns, postgresColumns, sqliteColumns } from './columns.ts'
export { contains } from './contains.ts'
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
export { DatabaseHeld, holdTogether } from './hold.ts'
export { insertFreeRows, insertRows } from './insert-rows.ts'
export { NewerDatabase } from './migrations.ts'
export { openPostgres } from './postgres.ts'
export { prepared } from './prepared.ts'
export { askedFor, rowsFor } from './rows-for.ts'
export { openSqlite } from './sqlite.ts'
export { checkSqlite, copySqlite, DatabaseInUse, settleSqlite, syncPath } from './sqlite-copy.ts'
export { type Value, type WholeDatabase, type WholeRows, type WholeTable, wholeTables } from './whole.ts'
export { NoConnection, RowRefused, wholePostgres } from './whole-postgres.ts'
export { wholeSqlite } from './whole-sqlite.ts'
