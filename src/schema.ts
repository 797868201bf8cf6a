import { alertTables } from './alerts/tables.ts'
import { allocationTables } from './allocation/tables.ts'
import { auditTables } from './audit/tables.ts'
import { campaignTables } from './campaigns/tables.ts'
import { discrepancyTables } from './discrepancies/tables.ts'
import { enrollmentTables } from './enrollment/tables.ts'
import { identityTables } from './identity/tables.ts'
import { notificationTables } from './notifications/tables.ts'
import { placesTables } from './places/tables.ts'
import type * as db from './platform/db/index.ts'
import { postgresColumns, sqliteColumns } from './platform/db/index.ts'
import { idempotencyTables } from './platform/http/idempotency/tables.ts'
import { privacyTables } from './privacy/tables.ts'
import { reconciliationTables } from './reconciliation/tables.ts'
import { redemptionTables } from './redemption/tables.ts'
import { runTables } from './scheduler/tables.ts'
import { stockTables } from './stock/tables.ts'
import { voucherTables } from './vouchers/tables.ts'

/** Every table of the service in one dialect's vocabulary, each module's given those it refers to. */
export function schema(c: db.Columns) {
  const places = placesTables(c)
  const campaigns = campaignTables(c, places)
  const enrollment = enrollmentTables(c, { ...campaigns, ...places })
  const vouchers = voucherTables(c, { ...campaigns, ...enrollment, ...places })
  return {
    ...idempotencyTables(c),
    ...identityTables(c, places),
    ...auditTables(c),
    ...places,
    ...campaigns,
    ...discrepancyTables(c, campaigns),
    ...enrollment,
    ...stockTables(c, { ...campaigns, ...places }),
    ...allocationTables(c, { ...campaigns, ...places }),
    ...vouchers,
    ...redemptionTables(c, { ...campaigns, ...places, ...vouchers }),
    ...notificationTables(c, { ...campaigns, ...vouchers }),
    ...reconciliationTables(c, campaigns),
    ...runTables(c),
    ...alertTables(c),
    ...privacyTables(c, campaigns),
  }
}

/** The tables in SQLite's dialect. */
export const sqliteSchema = schema(sqliteColumns)

/** The same tables in PostgreSQL's dialect. */
export const postgresSchema = schema(postgresColumns)

/** Every table of the service. */
export type Tables = ReturnType<typeof schema>
/** The database of the service. */
export type Db = db.Db<Tables>
/** The same, opened. */
export type OpenDb = db.OpenDb<Tables>
/** Something to read from: committed data, or a transaction's own. */
export type Reader = db.Reader<Tables>
/** An open transaction. */
export type Tx = db.Tx<Tables>
