import { constants, copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type CompanionFile, type CopiedTable, companionFiles, copyDatabase, isSame } from '../backups/index.ts'
import { type Config, InvalidConfig, readConfig } from '../platform/config/config.ts'
import { openSigner, type Signer } from '../platform/keys/signing-key.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { idSource } from '../shared/ids.ts'
import { countOf } from '../shared/plurals.ts'
import { systemClock } from '../shared/time.ts'
import { endpointOf } from './databases.ts'
import { argumentsOf, notUnderstood, type Terminal } from './terminal.ts'

type Env = Record<string, string | undefined>

const options = { from: { type: 'string' }, to: { type: 'string' }, 'with-keys': { type: 'boolean' } } as const
const usage = 'saka copy --from DATABASE_URL --to DATABASE_URL [--with-keys]'

/** `saka copy --from URL --to URL [--with-keys]`: copies a database into an empty one of either engine. Answers 1 where the two differ. */
export async function runCopy(env: Env, { out }: Terminal, args: string[]): Promise<number> {
  const { from, to, 'with-keys': withKeys = false } = argumentsOf(args, options, usage).values
  if (!from || !to) throw notUnderstood(usage)
  const configs = { from: configOf(env, '--from', from), to: configOf(env, '--to', to) }
  const companions = companionFiles(configs.from, configs.to)
  if (withKeys) refuseTaken(companions)
  const signer = signerOf(configs)
  const making = signer && { clock: systemClock, newId: idSource(), signer }
  const { tables, events } = await copyDatabase(endpointOf(configs.from), endpointOf(configs.to), making)
  out(tableOf(tables))
  const different = tables.filter((table) => !isSame(table))
  if (different.length > 0) {
    out(`${countOf(different.length, 'table')} would not be the same. Nothing was copied.\n`)
    return 1
  }
  const rows = tables.reduce((sum, table) => sum + table.from.rows, 0)
  out(`${countOf(rows, 'row')} in ${countOf(tables.length, 'table')}, the same on both sides. `)
  out(`The books balance, and the trail is whole: ${countOf(events, 'sealed event')}.\n`)
  if (!making)
    out('The trail of the copy does not tell of it, for the key that signs it is not here: tell the auditor.\n')
  for (const sentence of keysToDo(companions, withKeys)) out(`${sentence}\n`)
  out('Set DATABASE_URL to the copy before anything is started, and never start both.\n')
  return 0
}

/** The configuration with the database that an option names. */
function configOf(env: Env, option: string, url: string): Config {
  try {
    return readConfig({ ...env, DATABASE_URL: url, DATABASE_READ_URL: undefined })
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error
    const faults = error.faults.map((fault) => `  ${fault.replace(/^DATABASE_URL/, option)}`)
    throw new OperatorError(`Nothing was copied:\n${faults.join('\n')}`)
  }
}

/** What signs the trail, which moves with it; undefined where its key is on neither side. Another, made anew, would look like a forger's. */
function signerOf({ from, to }: { from: Config; to: Config }): Signer | undefined {
  const file = [from, to].map((config) => `${resolve(config.databaseFile)}.audit-key`).find((path) => existsSync(path))
  return from.auditSigningKey || file ? openSigner(from.auditSigningKey, file ?? '') : undefined
}

/**
 * Before anything is copied: under other keys the copy's authenticator apps would not work, and its trail would look like a forger's.
 * They are not put aside, for they may be those of a database that is in use.
 */
function refuseTaken(companions: CompanionFile[]): void {
  const taken = companions.filter(({ isTaken }) => isTaken).map(({ to, what }) => `  ${to}: ${what}`)
  if (taken.length === 0) return
  throw new OperatorError(
    `Nothing was copied. There is another beside the target already:\n${taken.join('\n')}\nIf no database needs it, move it elsewhere and begin again.`,
  )
}

/** Copies the companion files of the one database to the other, if asked to, and says what is left to do. */
function keysToDo(companions: CompanionFile[], withKeys: boolean): string[] {
  return companions.map(({ from, to, what, isTaken }) => {
    const another = isTaken ? ' Another is there: if no database needs it, move it elsewhere first.' : ''
    if (!withKeys) return `Not copied: ${what}. Copy ${from} to ${to}.${another}`
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
