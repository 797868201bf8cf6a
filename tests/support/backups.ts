import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import { sealTrail } from '../../src/audit/index.ts'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { projectRoot } from '../../src/platform/project-root.ts'
import { type OpenCampaign, openCampaign } from './campaign.ts'
import { runInTerminal } from './terminal.ts'

/** A folder that goes with the test. */
export function temporaryFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'saka-backups-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs a command on the database `file`, or that `env` names, as an operator does. */
export const saka = (file: string, args: string[], env: Record<string, string> = {}) =>
  runInTerminal(args, { ...(file && { DATABASE_URL: `file:${file}` }), LOG_LEVEL: 'silent', ...env })

/** A campaign with children, their vouchers, a sealed trail, and the database file of all of it. */
export async function campaignWithVouchers(t: Test, children: number) {
  const campaign = await openCampaign(t)
  const { api, school } = campaign
  await campaign.receive(children)
  const rows = Array.from({ length: children }, (_, i) => `${school.ministryCode};${i + 1}`)
  const file = ['schoolCode;pupilRef', ...rows].join('\n')
  const imported = await api.upload(`/campaigns/${campaign.campaign.id}/enrollment-imports`, file)
  t.equal(imported.json.created, children)
  await api.made(`/campaigns/${campaign.campaign.id}/vouchers`)
  const vouchers = (await api.get(`/campaigns/${campaign.campaign.id}/vouchers?limit=500`)).json.items as {
    code: string
  }[]
  await sealTrail(campaign.deps)
  return { campaign, vouchers, database: join(campaign.folder, 'saka.db') }
}

let scans = 0

/** Scans a voucher at the first school of the campaign. */
export const scan = ({ api, school }: OpenCampaign, code: string) =>
  api.post('/redemptions', { code, schoolId: school.id, scanId: `scan-${scans++}` })

/** The service on a database file, to ask it. */
export async function openFile(t: Test, file: string) {
  const deps = await openDeps(readConfig({ DATABASE_URL: `file:${file}`, LOG_LEVEL: 'silent' }))
  t.teardown(() => deps.close())
  return deps
}

/** The backups in a folder, by name. */
export const backupsIn = (folder: string) => readdirSync(folder).filter((name) => /^saka-.*\.db$/.test(name))

/** Runs a command in a process of its own, while this one goes on; `shell` goes before it. */
export async function sakaApart(database: string, args: string[], { shell = '', env = {} } = {}) {
  // Without what the test runner puts into every process.
  const command = `unset NODE_OPTIONS; ${shell} exec "$0" "$@"`
  const child = spawn('sh', ['-c', command, process.execPath, join(projectRoot, 'src/main.ts'), ...args], {
    env: { ...process.env, ...(database && { DATABASE_URL: `file:${database}` }), ...env },
  })
  const ended = new Promise<number | string>((found) => child.once('close', (code, signal) => found(code ?? signal!)))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { out, err, code }
}
