import { startRunner } from '../../jobs/runner.ts'
import { sealSoon } from '../../jobs/seal-soon.ts'
import type { Deps } from '../deps.ts'
import { offerSetUp } from '../identity/index.ts'
import { BrokenWords } from '../notifications/index.ts'
import { openDeps } from '../open-deps.ts'
import { InvalidConfig, readConfig } from '../platform/config.ts'
import { NewerDatabase } from '../platform/db/index.ts'
import { UnusableKey } from '../platform/signing-key.ts'
import { serve } from '../serve.ts'
import type { Terminal } from './terminal.ts'
import { verifyAudit } from './verify-audit.ts'

type Env = Record<string, string | undefined>
type Command = { meaning: string; run: (env: Env, terminal: Terminal, args: string[]) => Promise<number | void> }

const commands: Record<string, Command> = {
  serve: { meaning: 'Serve until told to stop.', run: runServe },
  worker: { meaning: 'Do the jobs until told to stop, and serve nobody.', run: runWorker },
  migrate: { meaning: 'Bring the database to this version’s tables, and end.', run: runMigrate },
  demo: { meaning: 'Run the example campaigns on the example data, then serve.', run: runDemonstration },
  'verify-audit': {
    meaning: 'Verify an export of the trail, without a server or a database.',
    run: (_env, terminal, args) => verifyAudit(terminal, args),
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
  try {
    return (await command.run(env, terminal, rest)) ?? 0
  } catch (error) {
    terminal.err(`${sentenceOf(error)}\n`)
    return 1
  }
}

/** What is wrong, in a sentence that says what to do. Throws what nobody foresaw. */
function sentenceOf(error: unknown): string {
  const foreseen = [InvalidConfig, NewerDatabase, UnusableKey, BrokenWords]
  if (foreseen.some((kind) => error instanceof kind)) return (error as Error).message
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE')
    return 'Another program listens there already. End it, or set HOST or PORT to another address.'
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
    return `Saka cannot listen or write there: ${message}. Set HOST, PORT or DATABASE_URL to what it may use.`
  if (code === 'SQLITE_NOTADB')
    return 'The file that DATABASE_URL names is not a database. Name another, or restore a backup.'
  if (code === 'SQLITE_CANTOPEN')
    return 'The file that DATABASE_URL names cannot be opened. Check that its folder may be written to.'
  throw error
}

function usage(): string {
  const lines = Object.entries(commands).map(([name, { meaning }]) => `  ${name.padEnd(12)} ${meaning}\n`)
  return `saka COMMAND\n\n${lines.join('')}\nThe environment configures it; docs/configuration.md lists every setting.\n`
}

async function runServe(env: Env, terminal: Terminal): Promise<void> {
  const deps = await openDeps(readConfig(env))
  const service = await serve(deps)
  await announceSetUp(deps)
  const runner = deps.config.runJobs ? await startRunner(deps) : undefined
  const sealer = deps.config.runJobs ? sealSoon(deps) : undefined
  await new Promise<void>((stop) => terminal.onStop(stop))
  deps.log.info('stopping: answering what is under way')
  await runner?.stop()
  await service.close()
  await sealer?.stop()
  deps.close()
}

async function runWorker(env: Env, terminal: Terminal): Promise<void> {
  const deps = await openDeps(readConfig(env))
  const runner = await startRunner(deps)
  const sealer = sealSoon(deps)
  deps.log.info('working')
  await new Promise<void>((stop) => terminal.onStop(stop))
  deps.log.info('stopping: ending what is under way')
  await runner.stop()
  await sealer.stop()
  deps.close()
}

/** Says where the first administrator is made. The one secret that the log ever holds: it is good once, for whoever starts the service. */
async function announceSetUp(deps: Deps): Promise<void> {
  const setUpLink = await offerSetUp(deps)
  if (setUpLink) deps.log.warn({ setUpLink }, 'there is no user yet: open this link to make the first administrator')
}

async function runMigrate(env: Env, { out }: Terminal): Promise<void> {
  const deps = await openDeps(readConfig(env))
  deps.close()
  out('The database is at this version’s tables.\n')
}

async function runDemonstration(env: Env, terminal: Terminal): Promise<void> {
  const { demonstrate } = await import('../demo/demonstrate.ts')
  await demonstrate(env, terminal)
}
