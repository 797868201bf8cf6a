import { collectDefaultMetrics } from 'prom-client'
import { sealSoon } from '../../jobs/seal-soon.ts'
import { startRunner } from '../../jobs/start-runner.ts'
import { startWatchdog } from '../../jobs/watchdog.ts'
import type { Deps } from '../deps.ts'
import { offerSetUp } from '../identity/index.ts'
import { openDeps } from '../open-deps.ts'
import { readConfig } from '../platform/config/config.ts'
import { isLostConnection, refusedEntry, storageFault } from '../platform/db/index.ts'
import { openTracing } from '../platform/observability/tracing.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { serve } from '../serve.ts'
import { Problem } from '../shared/problem.ts'
import { runBackup, runRestore } from './backup.ts'
import { runCopy } from './copy.ts'
import type { Terminal } from './terminal.ts'
import { verifyAudit } from './verify-audit.ts'

type Env = Record<string, string | undefined>
interface Command {
  meaning: string
  run: (env: Env, terminal: Terminal, args: string[]) => Promise<number | void>
  /** Whether it takes anything behind its name. */
  takesArguments?: true
}

const commands: Record<string, Command> = {
  serve: { meaning: 'Serve until told to stop.', run: runServe },
  worker: {
    meaning: 'The same with ROLE=worker: do the jobs, and serve only how it is.',
    run: (env, terminal) => runServe({ ...env, ROLE: 'worker' }, terminal),
  },
  migrate: { meaning: 'Bring the database to this version’s tables, and end.', run: runMigrate },
  demo: { meaning: 'Run the example campaigns on the example data, then serve.', run: runDemonstration },
  backup: {
    meaning: 'Make a backup in a folder, or where BACKUP_FOLDER says, and try it out.',
    run: runBackup,
    takesArguments: true,
  },
  restore: {
    meaning: 'Put a backup in the place of the database, which is kept: restore FILE [--force].',
    run: runRestore,
    takesArguments: true,
  },
  copy: {
    meaning: 'Copy the database into an empty one, also of the other engine: copy --from URL --to URL [--with-keys].',
    run: runCopy,
    takesArguments: true,
  },
  'verify-audit': {
    meaning: 'Verify an export of the trail, without a server or a database.',
    run: (_env, terminal, args) => verifyAudit(terminal, args),
    takesArguments: true,
  },
  help: { meaning: 'Show this.', run: async (_env, { out }) => out(usage()) },
}

/** Runs the command that `args` name and answers its exit code: 0, or 1 with a sentence of what is wrong. */
export async function runCommand(args: string[], env: Env, terminal: Terminal): Promise<number> {
  const [name = 'help', ...rest] = args
  const command = commands[name]
  if (!command) {
    terminal.err(`There is no command ${name}.\n\n${usage()}`)
    return 1
  }
  // A setting that is mistyped as an option must not be left out in silence.
  if (rest.length > 0 && !command.takesArguments) {
    terminal.err(`saka ${name} takes nothing behind its name: ${rest.join(' ')}. Settings are environment variables.\n`)
    return 1
  }
  try {
    return (await command.run(env, terminal, rest)) ?? 0
  } catch (error) {
    terminal.err(`${sentenceOf(error)}\n`)
    return 1
  }
}

/** What is wrong, in a sentence that says what to do. Throws what nobody foresaw. */
function sentenceOf(error: unknown): string {
  if (error instanceof OperatorError) return error.message
  if (isLostConnection(error))
    return 'The database server that DATABASE_URL names does not answer. Start it, or correct the address.'
  const refused = refusedEntry(error)
  if (refused)
    return `The database server does not let Saka in: ${refused}. Correct DATABASE_URL, or what the server allows.`
  const { code, message, path } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE')
    return 'Another program listens there already. End it, or set HOST or PORT to another address.'
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
    return `Saka cannot listen or write there: ${message}. Set HOST, PORT, DATABASE_URL or the folder to what it may use.`
  if (/^(EEXIST|ENOTDIR|ENOENT|EROFS|EPERM|EISDIR)$/.test(code ?? '') && path)
    return `Saka cannot use ${path}: ${message}. Name a folder or a file that is there and that it may write to.`
  if (code === 'SQLITE_NOTADB')
    return 'The file that DATABASE_URL names is not a database. Name another, or restore a backup.'
  // What better-sqlite3 says by itself has no code.
  if (code === 'SQLITE_CANTOPEN' || /^Cannot open database because the directory/.test(message))
    return 'The file that DATABASE_URL names cannot be opened. Check that its folder may be written to.'
  if (code === 'ENOSPC' || /^SQLITE_(FULL|IOERR)/.test(code ?? ''))
    return 'The disk is full or does not answer. Nothing was kept by half; make room and try again.'
  const fault = storageFault(error)
  if (fault instanceof Problem) return fault.message
  throw error
}

function usage(): string {
  const lines = Object.entries(commands).map(([name, { meaning }]) => `  ${name.padEnd(12)} ${meaning}\n`)
  return `saka COMMAND\n\n${lines.join('')}\nThe environment configures it; docs/configuration.md lists every setting.\n`
}

async function runServe(env: Env, terminal: Terminal): Promise<void> {
  const config = readConfig(env)
  // From here on: whoever tells it to stop while it starts is obeyed too.
  const stopped = new Promise<void>((stop) => terminal.onStop(stop))
  const tracing = await openTracing(env)
  const deps = await openDeps(config, { ...(tracing && { tracing }) })
  const { role } = deps.config
  collectDefaultMetrics({ register: deps.metrics.registry })
  const service = await serve(deps)
  if (role !== 'worker') await announceSetUp(deps)
  const runner = role === 'web' ? undefined : await startRunner(deps)
  const watch = startWatchdog(deps)
  const sealer = role === 'web' ? undefined : sealSoon(deps)
  await stopped
  deps.log.info('stopping: answering what is under way')
  // At once: a runner that takes leave of Redis keeps no door open meanwhile.
  await Promise.all([service.close(), watch.stop(), runner?.stop()])
  await sealer?.stop()
  await deps.close()
  await tracing?.close()
}

/** Says where the first administrator is made. The one secret that the log ever holds: it is good once, for whoever starts the service. */
async function announceSetUp(deps: Deps): Promise<void> {
  const setUpLink = await offerSetUp(deps)
  if (setUpLink) deps.log.warn({ setUpLink }, 'there is no user yet: open this link to make the first administrator')
}

async function runMigrate(env: Env, { out }: Terminal): Promise<void> {
  const deps = await openDeps(readConfig(env))
  await deps.close()
  out('The database is at this version’s tables.\n')
}

async function runDemonstration(env: Env, terminal: Terminal): Promise<void> {
  const { demonstrate } = await import('../demo/demonstrate.ts')
  await demonstrate(env, terminal)
}
