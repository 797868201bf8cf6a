/**
 * The files of tests that `npm test` runs on PostgreSQL too: those that ask something of the database. `tests/repositories.ts` holds them
 * to all functions of the repositories.
 */
export const postgresLeg = ['tests/platform/postgres.test.ts', 'tests/platform/storage.test.ts']
