import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import {
  type Checkpoint,
  type ExportLine,
  parseCheckpoint,
  parseExportLine,
  startVerifier,
  type Verification,
  type Verifier,
} from '../audit/index.ts'
import { countOf, inNumber } from '../shared/plurals.ts'
import type { Terminal } from './terminal.ts'

const usage = 'saka verify-audit FILE [--key PUBLICKEY] [--checkpoints FILE]'

/** Something stands against verifying at all: a wrong argument, a file that cannot be read. */
class CannotVerify extends Error {}

/** What to verify with what. */
interface Question {
  file: string
  keys: string[] | undefined
  kept: Checkpoint[] | undefined
}

/**
 * Verifies the export in a file with nothing but that file, the public keys that the auditor knows, and the checkpoints
 * that the auditor kept. Reads it as a stream. Answers the exit code: 0 intact, 1 broken, 2 could not be verified.
 */
export async function verifyAudit({ out, err }: Terminal, args: string[]): Promise<number> {
  try {
    const question = await readArguments(args)
    const { verification, faults } = await readExport(question)
    const isIntact = verification.intact && faults.length === 0
    out(
      [...(isIntact ? intact(verification) : broken(verification, faults)), ...limits(verification, question), ''].join(
        '\n',
      ),
    )
    return isIntact ? 0 : 1
  } catch (error) {
    if (!(error instanceof CannotVerify)) throw error
    err(`${error.message}\n`)
    return 2
  }
}

async function readArguments(args: string[]): Promise<Question> {
  const { values, positionals } = parsed(args)
  const [file, ...more] = positionals
  if (!file || more.length > 0) throw new CannotVerify(`Name one file to verify: ${usage}`)
  const keys = values.key?.map((key) => key.toLowerCase())
  if (keys?.some((key) => !/^[0-9a-f]{64}$/.test(key)))
    throw new CannotVerify('A public key has 64 hexadecimal digits; every checkpoint names its own as publicKey.')
  return { file, keys, kept: values.checkpoints === undefined ? undefined : await readKept(values.checkpoints) }
}

function parsed(args: string[]) {
  const options = { key: { type: 'string', multiple: true }, checkpoints: { type: 'string' } } as const
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch {
    throw new CannotVerify(`These arguments are not understood. Use: ${usage}`)
  }
}

async function readKept(file: string): Promise<Checkpoint[]> {
  const kept: Checkpoint[] = []
  let number = 0
  for await (const line of linesOf(file)) {
    number++
    const checkpoint = line.trim() === '' ? undefined : parseCheckpoint(line)
    if (checkpoint) kept.push(checkpoint)
    else if (line.trim() !== '') throw new CannotVerify(`Line ${number} of ${file} is no checkpoint.`)
  }
  if (kept.length === 0) throw new CannotVerify(`There is no checkpoint in ${file}.`)
  return kept
}

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (!code) throw error
    throw new CannotVerify(`${file} cannot be read (${code}).`)
  }
}

/** Reads an export from its first line to its last; `faults` are those of the file itself. */
async function readExport({ file, keys, kept }: Question): Promise<{ verification: Verification; faults: string[] }> {
  const verifier = startVerifier({ keys, kept })
  const faults: string[] = []
  let number = 0
  let isWhole = false
  for await (const text of linesOf(file)) {
    const line = parseExportLine(text)
    if (++number === 1 && !(line && 'head' in line)) throw new CannotVerify(`${file} is no export of a trail.`)
    if (isWhole || !line) faults.push(`Line ${number} is not what an export has there.`)
    else if ('end' in line) isWhole = true
    else take(verifier, line)
  }
  if (number === 0) throw new CannotVerify(`${file} is empty.`)
  if (!isWhole)
    faults.push(`The file ends in line ${number}, before the export does: it was cut off or did not arrive whole.`)
  return { verification: verifier.end(), faults }
}

function take(verifier: Verifier, line: ExportLine): void {
  if ('entry' in line) verifier.entry(line.entry)
  if ('checkpoint' in line) verifier.checkpoint(line.checkpoint)
}

function intact({ events, checkpoints }: Verification): string[] {
  return [`The trail is intact: ${countOf(events, 'entry', 'entries')}, ${countOf(checkpoints, 'checkpoint')}.`]
}

function broken({ faults, faultCount }: Verification, ofFile: string[]): string[] {
  const told = [...ofFile.slice(0, 100), ...faults.map(({ detail }) => detail)]
  const more = ofFile.length + faultCount - told.length
  return [
    'The trail is broken.',
    ...told.map((sentence) => `- ${sentence}`),
    ...(more > 0 ? [`- And ${countOf(more, 'fault')} more.`] : []),
  ]
}

/** What the answer rests on, and what it cannot say. */
function limits(
  { events, covered, clockSetBack, keys, keptConfirmed }: Verification,
  { keys: known, kept }: Question,
): string[] {
  const newer = events - covered
  return [
    ...(newer > 0
      ? [`No checkpoint that agrees covers ${inNumber(newer, 'the last entry', `the last ${newer} entries`)}.`]
      : []),
    ...(clockSetBack > 0
      ? [`The clock went back ${countOf(clockSetBack, 'time')} from one checkpoint to the next; ask why.`]
      : []),
    known
      ? `Signatures were compared with ${known.length === 1 ? 'the key' : 'the keys'} that you gave.`
      : `The checkpoints are signed with ${keys.join(', ') || 'no key'}. Compare it with the key that you know, or give that with --key.`,
    kept
      ? `${keptConfirmed} of ${countOf(kept.length, 'checkpoint')} kept elsewhere ${inNumber(keptConfirmed, 'agrees', 'agree')}.`
      : 'A trail that was cut off, or written anew by who has the key, is only found with checkpoints kept elsewhere: give them with --checkpoints.',
  ]
}
