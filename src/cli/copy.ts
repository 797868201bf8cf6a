import { constants, copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { BackupRefused, type CopiedTable, copyDatabase, isSame, type KeptBeside, keptBeside } from '../backups/index.ts'
import { countOf } from '../kernel/plurals.ts'
import { type Config, readConfig } from '../platform/config.ts'
import { wholeDatabase } from './databases.ts'
import type { Terminal } from './terminal.ts'

type Env = Record<string, string | undefined>

const usage = 'saka copy --from DATABASE_URL --to DATABASE_URL [--with-keys]'

/** `saka copy --from URL --to URL [--with-keys]`: copies a database into an empty one of either engine. Answers 1 where the two differ. */
export async function runCopy(env: Env, { out }: Terminal, args: string[]): Promise<number> {
  const { from, to, withKeys } = argumentsOf(args)
  const configs = { from: configOf(env, from), to: configOf(env, to) }
  const { tables, events } = await copyDatabase(wholeDatabase(configs.from), wholeDatabase(configs.to))
  out(tableOf(tables))
  const different = tables.filter((table) => !isSame(table))
  if (different.length > 0) {
    out(`${countOf(different.length, 'table')} would not be the same. Nothing was copied.\n`)
    return 1
  }
  const rows = tables.reduce((sum, table) => sum + table.from.rows, 0)
  out(`${countOf(rows, 'row')} in ${countOf(tables.length, 'table')}, the same on both sides. `)
  out(`The books balance, and the trail is whole: ${countOf(events, 'sealed event')}.\n`)
  for (const sentence of keysToDo(keptBeside(configs.from, configs.to), withKeys)) out(`${sentence}\n`)
  out('Set DATABASE_URL to the copy before anything is started, and never start both.\n')
  return 0
}

/** The configuration with another database. */
function configOf(env: Env, url: string): Config {
  return readConfig({ ...env, DATABASE_URL: url, DATABASE_READ_URL: undefined })
}

/** Copies what lies beside the one database beside the other, if asked to, and says what is left to do. */
function keysToDo(beside: KeptBeside[], withKeys: boolean): string[] {
  return beside.map(({ from, to, what }) => {
    if (!withKeys) return `Not copied: ${what}. Copy ${from} to ${to}.`
    if (existsSync(to)) return `${to} is there already, and was left as it is: ${what}. Compare it with ${from}.`
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
    copyFileSync(from, to, constants.COPYFILE_EXCL)
    return `Copied: ${what}, to ${to}.`
  })
}

function tableOf(tables: CopiedTable[]): string {
  const line = (cells: string[]) =>
    `${cells[0]!.padEnd(22)}${cells[1]!.padStart(10)}  ${cells[2]!.padEnd(18)}${cells[3]}\n`
  const told = ({ rows, checksum }: CopiedTable['from']) => [String(rows), checksum.slice(0, 16)] as const
  const lines = tables.map((table) => {
    const there = isSame(table) ? 'same' : `differs: ${told(table.to).join(' rows, ')}`
    return line([table.name, ...told(table.from), there])
  })
  return line(['table', 'rows', 'checksum', 'copy']) + lines.join('')
}

function argumentsOf(args: string[]): { from: string; to: string; withKeys: boolean } {
  const options = { from: { type: 'string' }, to: { type: 'string' }, 'with-keys': { type: 'boolean' } } as const
  try {
    const { from, to, 'with-keys': withKeys = false } = parseArgs({ args, options }).values
    if (from && to) return { from, to, withKeys }
  } catch {
    // Told below, as what cannot be understood.
  }
  throw new BackupRefused(`This cannot be understood. Say ${usage}`)
}
