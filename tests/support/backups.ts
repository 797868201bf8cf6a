import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import { sealTrail } from '../../src/audit/index.ts'
import { type OpenDeps, openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { projectRoot } from '../../src/platform/project-root.ts'
import { type OpenCampaign, openCampaign } from './campaign.ts'
import { databaseOf, engine, newDatabase } from './engine.ts'
import { temporaryFolder } from './folder.ts'
import { runInTerminal } from './terminal.ts'

/** Runs a command on the database `file`, or that `env` names, as an operator does. */
export const saka = (file: string, args: string[], env: Record<string, string> = {}) =>
  runInTerminal(args, { ...(file && { DATABASE_URL: `file:${file}` }), LOG_LEVEL: 'silent', ...env })

/** A campaign with children, their vouchers, a sealed trail, and the settings that name the database of all of it. */
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
  return { campaign, vouchers, env: databaseOf(campaign.deps) }
}

let scans = 0

/** Scans a voucher at the first school of the campaign. */
export const scan = ({ api, school }: OpenCampaign, code: string) =>
  api.post('/redemptions', { code, schoolId: school.id, scanId: `scan-${scans++}` })

/** The settings of a place with no database in it, or on PostgreSQL an empty one. */
export async function noDatabase(t: Test): Promise<Record<string, string>> {
  const folder = temporaryFolder(t)
  return engine === 'postgres' ? newDatabase(t, folder) : { DATABASE_URL: `file:${join(folder, 'saka.db')}` }
}

/** The service on the database that these settings name, to ask it; it ends with the test at the latest. */
export async function openDatabase(t: Test, env: Record<string, string>): Promise<OpenDeps> {
  const deps = await openDeps(readConfig({ BASE_URL: 'https://saka.example.org', LOG_LEVEL: 'silent', ...env }))
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= deps.close()
    return closed
  }
  t.teardown(close)
  return { ...deps, close }
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
