import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'

/** Until the server has counted the time of those who served a connection that is over, in milliseconds. */
const afterlife = 1000

/**
 * One redemption as statements and nothing else, in the one journey that the service makes for a voucher that it has read ahead. Vouchers are
 * `plain-CLIENT-NUMBER`, each used once.
 */
const script = `
\\set i :i + 1
\\startpipeline
BEGIN;
LOCK TABLE turns IN ROW SHARE MODE;
UPDATE vouchers SET status = 'redeemed', redeemed_at = '2023-09-11T06:30:00.000Z'
  WHERE id = 'plain-' || :client_id::int || '-' || :i::int AND status = 'issued'
  AND (SELECT version FROM enrollments WHERE id = vouchers.enrollment_id) = 1
  AND (SELECT version FROM campaigns WHERE id = vouchers.campaign_id) = 1 RETURNING id;
INSERT INTO redemptions (id, voucher_id, campaign_id, school_id, collected_by, actor_id, redeemed_at, recorded_at)
  VALUES ('plain-' || :client_id::int || '-' || :i::int, 'plain-' || :client_id::int || '-' || :i::int, :campaign::text, :school::text,
  'guardian', 'plain', '2023-09-11T06:30:00.000Z', '2023-09-11T06:30:00.000Z');
INSERT INTO scans (id, scan_id, campaign_id, school_id, voucher_id, redemption_id, result, raw, handed_out, collected_by, actor_id, scanned_at,
  recorded_at, facts)
  VALUES ('plain-' || :client_id::int || '-' || :i::int, 'plain-' || :client_id::int || '-' || :i::int, :campaign::text, :school::text,
  'plain-' || :client_id::int || '-' || :i::int, 'plain-' || :client_id::int || '-' || :i::int, 'accepted',
  'plain-' || :client_id::int || '-' || :i::int, false, 'guardian', 'plain', '2023-09-11T06:30:00.000Z', '2023-09-11T06:30:00.000Z', '{}');
INSERT INTO audit_events (id, at, actor_kind, actor_id, action, subject_id, change, request_id, mark)
  VALUES ('plain-' || :client_id::int || '-' || :i::int, '2023-09-11T06:30:00.000Z', 'api_key', 'plain', 'voucher.redeemed',
  'plain-' || :client_id::int || '-' || :i::int,
  '{"collectedBy":"guardian","redemptionId":"01890a5d-ac96-774b-bcce-b302099a8057","schoolId":"01890a5d-ac96-774b-bcce-b302099a8057"}',
  '01890a5d-ac96-774b-bcce-b302099a8057', repeat('x', 64));
INSERT INTO movements (id, kit_id, from_location_id, to_location_id, quantity, kind, cause_type, cause_id, campaign_id, actor_id, occurred_at,
  recorded_at)
  VALUES ('plain-' || :client_id::int || '-' || :i::int, :kit::text, :location::text, '00000000-0000-7000-8000-000000000003', 1, 'handout',
  'redemption', 'plain-' || :client_id::int || '-' || :i::int, :campaign::text, 'plain', '2023-09-11T06:30:00.000Z',
  '2023-09-11T06:30:00.000Z');
COMMIT;
\\endpipeline
`

/** Children and vouchers for `clients`, in the campaign that is there, at one of its schools. Answers what the script has to know. */
async function issuePlain(url: string, clients: number, each: number): Promise<Record<string, string>> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query(
    'SELECT campaigns.id AS campaign, kit_id AS kit, schools.id AS school, location_id AS location FROM campaigns, schools LIMIT 1',
  )
  const [{ campaign, school }] = rows
  await client.query(
    `INSERT INTO enrollments (id, campaign_id, school_id, pupil_ref, given_name, family_name, section, created_at)
      SELECT 'plain-' || c || '-' || n, $1, $2, 'plain-' || c || '-' || n, 'Ελένη', 'Φωτοπούλου', 'Α1', '2023-09-11T06:30:00.000Z'
      FROM generate_series(0, ${clients - 1}) c, generate_series(1, ${each}) n`,
    [campaign, school],
  )
  await client.query(
    `INSERT INTO vouchers (id, code, enrollment_id, campaign_id, school_id, issued_at)
      SELECT id, id, id, campaign_id, school_id, created_at FROM enrollments WHERE id LIKE 'plain-%'`,
  )
  await client.query('ANALYZE')
  await client.end()
  return rows[0]
}

/**
 * Redeems with PostgreSQL's own `pgbench`, without a service: `each` by each of `clients`. Answers how many a second, and the milliseconds
 * that each took of `serverTime`; undefined where there is no pgbench.
 */
export async function plainRedemptions(
  url: string,
  folder: string,
  clients: number,
  each: number,
  serverTime: () => number,
): Promise<{ perSecond: number; server: number } | undefined> {
  if (spawnSync('pgbench', ['--version']).error) return undefined
  const known = Object.entries(await issuePlain(url, clients, each)).flatMap(([name, id]) => ['-D', `${name}=${id}`])
  const file = join(folder, 'redemption.sql')
  writeFileSync(file, script)
  const options = [
    '-n',
    '-M',
    'prepared',
    '-D',
    'i=0',
    '-c',
    `${clients}`,
    '-j',
    `${Math.min(clients, 2)}`,
    '-t',
    `${each}`,
    ...known,
  ]
  await pause(afterlife)
  const before = serverTime()
  // Not while this process stands still: it reads what the server says, which otherwise would wait for it.
  const { stdout, stderr } = await promisify(execFile)('pgbench', [...options, '-f', file, url])
  const perSecond = Number(/tps = ([\d.]+) \(without/.exec(stdout)?.[1])
  if (!perSecond) throw new Error(`pgbench failed: ${stdout}${stderr}`)
  await pause(afterlife)
  return { perSecond, server: (serverTime() - before) / (clients * each) }
}
