import type { AuditEvent } from '../rules.ts'
import { type Checkpoint, parseCheckpoint } from '../sealing/chain.ts'
import type { Step } from './reading.ts'
import type { Entry } from './verifier.ts'

/** The version of the form of an export. */
const version = 1

/** What a line of an export says. */
export type ExportLine = { head: true } | { entry: Entry } | { checkpoint: Checkpoint } | { end: { entries: number } }

/** The first line. */
export const headLine = (exportedAt: string) => `${JSON.stringify({ kind: 'trail', version, exportedAt })}\n`

/** The last line: the export is whole. */
export const endLine = (entries: number) => `${JSON.stringify({ kind: 'end', entries })}\n`

/** The line of an entry, whose event is null where it is gone, or of a checkpoint. Hashes are in hex. */
export function stepLine(step: Step): string {
  if ('checkpoint' in step) return `${JSON.stringify({ kind: 'checkpoint', ...step.checkpoint })}\n`
  const { position, eventId, leaf, hash, event = null } = step.entry
  const hashes = { leaf: leaf.toString('hex'), hash: hash.toString('hex') }
  return `${JSON.stringify({ kind: 'entry', position, eventId, ...hashes, event })}\n`
}

/** What `line` says; undefined if it is no line of an export of this version. */
export function parseExportLine(line: string): ExportLine | undefined {
  try {
    const value = JSON.parse(line) as Record<string, unknown>
    if (value.kind === 'entry') return entryOf(value)
    if (value.kind === 'trail') return value.version === version ? { head: true } : undefined
    if (value.kind === 'end') return { end: { entries: Number(value.entries) } }
    const checkpoint = value.kind === 'checkpoint' ? parseCheckpoint(line) : undefined
    return checkpoint && { checkpoint }
  } catch {
    return undefined
  }
}

function entryOf({ position, eventId, leaf, hash, event }: Record<string, unknown>): ExportLine | undefined {
  const isOne =
    Number.isSafeInteger(position) &&
    typeof eventId === 'string' &&
    isHash(leaf) &&
    isHash(hash) &&
    (event === null || typeof (event as AuditEvent)?.id === 'string')
  if (!isOne) return undefined
  const seal = { position: position as number, eventId, leaf: Buffer.from(leaf, 'hex'), hash: Buffer.from(hash, 'hex') }
  return { entry: { ...seal, event: (event as AuditEvent | null) ?? undefined } }
}

const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
