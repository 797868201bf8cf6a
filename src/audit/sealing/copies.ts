import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Deps } from '../../deps.ts'
import type { Config } from '../../platform/config/config.ts'
import { countOf } from '../../shared/plurals.ts'
import { trailBroken } from '../rules.ts'
import { type Checkpoint, checkpointHash, parseCheckpoint } from './chain.ts'
import { findCheckpoint, listCheckpointsAfter } from './checkpoint-repository.ts'

const tailBytes = 8192
const together = 500

/** The file that keeps a copy of every checkpoint, a line of JSON for each. */
export function checkpointFile({ databaseFile, checkpointFolder }: Config): string {
  const folder = checkpointFolder ?? dirname(databaseFile)
  return resolve(join(folder, `${basename(databaseFile)}.checkpoints.ndjson`))
}

/**
 * Appends to the file every checkpoint that it does not have; answers how many. Each line is on the disk before it counts, and
 * one that a crash cut off is written anew. Raises `trail_broken` when the last line is of another trail.
 */
export async function copyCheckpoints({ db, config }: Deps): Promise<number> {
  const file = await open(checkpointFile(config), 'a+')
  try {
    const last = await lastCopy(file)
    if (last) checkSame(last, await findCheckpoint(db.read, last.size))
    let copied = 0
    for (let size = last?.size ?? 0; ; ) {
      const checkpoints = await listCheckpointsAfter(db.read, size, together)
      if (checkpoints.length === 0) return copied
      await file.appendFile(checkpoints.map((checkpoint) => `${JSON.stringify(checkpoint)}\n`).join(''))
      await file.sync()
      if (size === 0) await syncFolder(dirname(checkpointFile(config)))
      copied += checkpoints.length
      size = checkpoints.at(-1)!.size
    }
  } finally {
    await file.close()
  }
}

/** Every copy that can be read, in order. None where there is no file. */
export async function readCopies(config: Config): Promise<Checkpoint[]> {
  const copies: Checkpoint[] = []
  try {
    for await (const line of createInterface({ input: createReadStream(checkpointFile(config)) })) {
      const copy = parseCheckpoint(line)
      if (copy) copies.push(copy)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return copies
}

/** The last whole line. What follows it was cut off in the middle of its writing and is taken away. */
async function lastCopy(file: FileHandle): Promise<Checkpoint | undefined> {
  const { size } = await file.stat()
  if (size === 0) return undefined
  const from = Math.max(0, size - tailBytes)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(tailBytes), 0, tailBytes, from)
  const tail = buffer.subarray(0, bytesRead).toString('latin1')
  const whole = tail.slice(0, tail.lastIndexOf('\n') + 1)
  if (whole === '' && from === 0) return file.truncate(0).then(() => undefined)
  const last = parseCheckpoint(whole.trimEnd().split('\n').at(-1)!)
  if (!last) throw trailBroken({ found: 'The last line of the file of checkpoints is none.' })
  if (whole.length < tail.length) await file.truncate(from + whole.length)
  return last
}

/** A new file is there after a power cut once its folder is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

function checkSame(copy: Checkpoint, own: Checkpoint | undefined): void {
  if (!own || checkpointHash(own) !== checkpointHash(copy))
    throw trailBroken({
      found: `The checkpoint of ${countOf(copy.size, 'entry', 'entries')} that was kept is not that of the trail.`,
    })
}
