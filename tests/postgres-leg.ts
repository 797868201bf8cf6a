/**
 * The files of tests that `npm test` runs on PostgreSQL too: those that ask something of the database. `tests/postgres-coverage.ts` holds
 * them to every function of the repositories.
 */
export const postgresLeg = [
  'tests/audit/sealing.test.ts',
  'tests/enrollment/import.test.ts',
  'tests/guards/routes.test.ts',
  'tests/identity/mailed-resets.test.ts',
  'tests/identity/oidc.test.ts',
  'tests/identity/passkeys.test.ts',
  'tests/identity/second-factors.test.ts',
  'tests/identity/sessions.test.ts',
  'tests/journeys/invariants.test.ts',
  'tests/journeys/wake.test.ts',
  'tests/operations/advisory-locks.test.ts',
  'tests/operations/restored-erasures.test.ts',
  'tests/platform/idempotency.test.ts',
  'tests/platform/postgres.test.ts',
  'tests/platform/queries.test.ts',
  'tests/platform/snapshots.test.ts',
  'tests/platform/storage.test.ts',
  'tests/platform/zero-bytes.test.ts',
  'tests/reconciliation/reconciliation.test.ts',
  'tests/redemption/races.test.ts',
]
