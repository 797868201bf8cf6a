// What SQLite alone takes to keep hand-outs: the statements of one redemption, their texts and values ready, run one after the other
// on a connection of their own, and nothing around them: no HTTP, no sign-in, no checks, no writing back of the log. No service
// that keeps these rows can be faster.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { idSource } from '../../src/kernel/ids.ts'
import { openDeps } from '../../src/open-deps.ts'
import { virtualLocations } from '../../src/places/index.ts'
import { readConfig } from '../../src/platform/config.ts'
import { formatCode } from '../../src/vouchers/code.ts'
import { type IssuedVoucher, issueVouchers, now } from './issued-vouchers.ts'

/** What it is asked to do: so many hand-outs, so many in a transaction. */
export interface RowsAsked {
  count: number
  together: number
}

const folder = mkdtempSync(join(tmpdir(), 'saka-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'saka.db')
const newId = idSource()

async function issued(count: number): Promise<IssuedVoucher[]> {
  const deps = await openDeps(readConfig({ DATABASE_URL: `file:${file}`, BASE_URL: 'https://saka.example.org' }))
  const vouchers = await issueVouchers(deps, 'none', count)
  await deps.close()
  return vouchers
}

function open(): Sqlite.Database {
  const connection = new Sqlite(file)
  for (const pragma of [
    'journal_mode = WAL',
    'synchronous = FULL',
    'foreign_keys = ON',
    'cache_size = -16384',
    'wal_autocheckpoint = 0',
  ])
    connection.pragma(pragma)
  return connection
}

/** The statements of one hand-out, in their order. */
function statementsOn(connection: Sqlite.Database) {
  const insert = (table: string, columns: string[]) =>
    connection.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
  return {
    scan: connection.prepare('SELECT * FROM scans WHERE scan_id = ?').raw(true),
    voucher: connection
      .prepare(
        `SELECT vouchers.*, enrollments.pupil_ref, enrollments.given_name, enrollments.family_name, enrollments.section,
           enrollments.status, campaigns.id, campaigns.kit_id, campaigns.status, campaigns.pickup_from, campaigns.pickup_until,
           schools.name, schools.address, schools.location_id
         FROM vouchers JOIN enrollments ON enrollments.id = enrollment_id JOIN campaigns ON campaigns.id = vouchers.campaign_id
           JOIN schools ON schools.id = vouchers.school_id WHERE code = ?`,
      )
      .raw(true),
    use: connection.prepare(
      "UPDATE vouchers SET status = 'redeemed', redeemed_at = ? WHERE id = ? AND status = 'issued'",
    ),
    redemption: insert('redemptions', [
      ...['id', 'voucher_id', 'campaign_id', 'school_id', 'collected_by', 'actor_id', 'redeemed_at', 'recorded_at'],
    ]),
    attempt: insert('scans', [
      ...['id', 'scan_id', 'campaign_id', 'school_id', 'voucher_id', 'redemption_id', 'result', 'raw', 'handed_out'],
      ...['collected_by', 'actor_id', 'scanned_at', 'recorded_at', 'facts'],
    ]),
    event: insert('audit_events', [
      ...['id', 'at', 'actor_kind', 'actor_id', 'action', 'subject_id', 'change', 'request_id', 'mark'],
    ]),
    movement: insert('movements', [
      ...['id', 'kit_id', 'from_location_id', 'to_location_id', 'quantity', 'kind', 'cause_type', 'cause_id'],
      ...['campaign_id', 'actor_id', 'occurred_at', 'recorded_at'],
    ]),
  }
}

const vouchers = await issued(Number(process.argv[2]))
const connection = open()
const { scan, voucher, use, redemption, attempt, event, movement } = statementsOn(connection)
const actor = newId()
const [campaign] = connection.prepare('SELECT id, kit_id AS kitId FROM campaigns').all() as [
  { id: string; kitId: string },
]
const places = connection.prepare('SELECT id, location_id FROM schools').raw(true).all() as [string, string][]
const placeOf = new Map(places)

function handOut({ id, schoolId, code }: IssuedVoucher): void {
  const [scanId, redemptionId] = [newId(), newId()]
  scan.all(scanId)
  voucher.all(code)
  use.run(now, id)
  redemption.run(redemptionId, id, campaign.id, schoolId, 'guardian', actor, now, now)
  const raw = `HTTPS://SAKA.EXAMPLE.ORG/V/${formatCode(code)}`
  attempt.run(
    ...[
      newId(),
      scanId,
      campaign.id,
      schoolId,
      id,
      redemptionId,
      'accepted',
      raw,
      0,
      'guardian',
      actor,
      now,
      now,
      '{}',
    ],
  )
  const change = `{"redemptionId":"${redemptionId}","schoolId":"${schoolId}","collectedBy":"guardian"}`
  event.run(newId(), now, 'apiKey', actor, 'voucher.redeemed', id, change, newId(), 'ABCDEFGHIJKLMNOPQRSTUV')
  movement.run(
    ...[newId(), campaign.kitId, placeOf.get(schoolId), virtualLocations.handed_out, 1, 'handout', 'redemption'],
    ...[redemptionId, campaign.id, actor, now, now],
  )
}

/** Answers how many a second were kept. */
function run({ count, together }: RowsAsked): number {
  const start = performance.now()
  for (let left = count; left > 0; left -= together) {
    connection.exec('BEGIN IMMEDIATE')
    for (const one of vouchers.splice(0, Math.min(together, left))) handOut(one)
    connection.exec('COMMIT')
  }
  const seconds = (performance.now() - start) / 1000
  // Between two runs, as nobody who was measured waits for it.
  connection.pragma('wal_checkpoint(TRUNCATE)')
  return count / seconds
}

process.on('message', (asked: RowsAsked) => process.send!(run(asked)))
process.on('SIGTERM', () => process.exit())
process.send!('ready')
