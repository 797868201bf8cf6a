export { type Columns, sqliteColumns } from './columns.ts'
export { type Db, prepared, type Reader, type Tx } from './db.ts'
export {
  isCheckViolation,
  isReferenceViolation,
  isUniqueViolation,
  storageFault,
  storageUnavailable,
} from './faults.ts'
export { insertRows } from './insert-rows.ts'
export { NewerDatabase } from './migrations.ts'
export { type MeasuredDatabase, type OpenDb, openSqlite } from './sqlite.ts'
export { checkSqlite, copySqlite, DatabaseInUse, settleSqlite } from './sqlite-copy.ts'
