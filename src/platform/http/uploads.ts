import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import multipart from '@fastify/multipart'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { defineProblem, Problem } from '../../shared/problem.ts'
import type { Config } from '../config/config.ts'
import { storageUnavailable } from '../db/index.ts'
import { fileTooLarge } from '../tabular/index.ts'
import type { App } from './app.ts'

/** A file that was sent, on disk until its request is answered. Its own name is never used. */
export interface Upload {
  path: string
  /** As the sender named it, in the content type or as `?charset=`. */
  charset: string | undefined
  /** Of its bytes, in hex. */
  sha256: string
}

const fileMissing = defineProblem({
  code: 'file_missing',
  status: 400,
  title: 'There is no file in the request',
  detail: () => 'Send the CSV or XLSX file as the body, or as one file of a multipart form.',
})

const fileIncomplete = defineProblem({
  code: 'file_incomplete',
  status: 400,
  title: 'The file did not arrive whole',
  detail: () => 'The request ended before the file did. Nothing was imported; send the file again.',
})

const file = Type.String({
  format: 'binary',
  examples: ['schoolCode;pupilRef;givenName;familyName\n9000001;001;Ελένη;Φωτοπούλου\n'],
})

/** The body of a call that takes a file. */
export const uploadBody = {
  content: {
    'text/csv': { schema: file },
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': { schema: file },
    'multipart/form-data': { schema: file },
  },
}

/** What the address of a call that takes a file may say of it. */
export const UploadQuerySchema = Type.Object({
  charset: Type.Optional(Type.String({ maxLength: 40, examples: ['windows-1253'] })),
})

/**
 * Lets the routes of `app` take files of any type: what a file is, its own bytes say. Each is received before its handler
 * runs, which gets it by {@link uploadOf}, but not before `allow` has let the request through: nobody fills the disk who
 * may not import. Raises `file_missing`, `file_incomplete`, `file_too_large` and `storage_unavailable`.
 */
export async function acceptUploads(app: App, config: Config, allow: (request: FastifyRequest) => void): Promise<void> {
  app.addHook('onRoute', (route) => {
    if (route.method === 'POST') route.config = { ...route.config, takesFile: true, rate: 'heavy' }
  })
  await app.register(multipart, { limits: { files: 1, fields: 10 } })
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.addHook('preHandler', async (request, reply) => {
    allow(request)
    await receiveUpload(config, request, reply)
  })
}

/** The file of `request`. */
export function uploadOf(request: { body: unknown }): Upload {
  return request.body as Upload
}

/** Where files lie while they are read: beside the database, for they hold the same children. */
const uploadsFolder = ({ databaseFile }: Pick<Config, 'databaseFile'>) => `${resolve(databaseFile)}-uploads`

/** After how long without its answer an upload is one of a process that was killed, in milliseconds. */
const abandonedMilliseconds = 3_600_000

/**
 * Deletes what a killed service had received and not finished with. Of a service that is `alone` that is all there is: to be
 * called before it takes requests. Where other processes may share the folder only what is an hour old goes.
 */
export async function clearUploads(config: Pick<Config, 'databaseFile'>, alone: boolean): Promise<void> {
  const folder = uploadsFolder(config)
  if (alone) return rm(folder, { recursive: true, force: true })
  const before = Date.now() - abandonedMilliseconds
  for (const name of await readdir(folder).catch(() => [])) {
    const upload = join(folder, name)
    // One that has gone meanwhile is one that was answered.
    const { mtimeMs } = await stat(upload).catch(() => ({ mtimeMs: before }))
    if (mtimeMs < before) await rm(upload, { recursive: true, force: true })
  }
}

async function ownFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true, mode: 0o700 })
  return mkdtemp(join(parent, 'upload-'))
}

async function receiveUpload(config: Config, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const folder = await ownFolder(uploadsFolder(config)).catch(asProblem)
  // Answered or abandoned: either way nobody needs the file any more.
  reply.raw.once('close', () => void rm(folder, { recursive: true, force: true }).catch(() => undefined))
  const { stream, contentType } = await fileOf(request)
  const path = join(folder, 'file')
  const sha256 = await store(stream, path, config.uploadLimitBytes).catch(asProblem)
  const named = (request.query as { charset?: string }).charset
  const charset = named ?? /charset="?([\w-]+)/i.exec(contentType)?.[1]
  // An idempotency key stands for what was sent, not for where it was put.
  const upload: Upload & { toJSON(): unknown } = { path, charset, sha256, toJSON: () => ({ charset, sha256 }) }
  request.body = upload
}

async function fileOf(request: FastifyRequest): Promise<{ stream: Readable; contentType: string }> {
  if (!request.isMultipart()) {
    const stream = request.body as Readable | undefined | null
    if (!stream) throw fileMissing()
    return { stream, contentType: request.headers['content-type'] ?? '' }
  }
  const part = await request.file({ limits: { fileSize: Number.POSITIVE_INFINITY } }).catch(asProblem)
  if (!part) throw fileMissing()
  return { stream: part.file, contentType: part.mimetype }
}

/** Writes `stream` to `path` and answers its SHA-256. */
async function store(stream: Readable, path: string, limitBytes: number): Promise<string> {
  const hash = createHash('sha256')
  let received = 0
  async function* measured() {
    // Not destroyed when there is too much of it: that would cut the connection off before our answer.
    for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      received += chunk.length
      if (received > limitBytes) throw tooLarge(limitBytes)
      hash.update(chunk)
      yield chunk
    }
  }
  try {
    await pipeline(measured, createWriteStream(path))
  } finally {
    stream.resume()
  }
  return hash.digest('hex')
}

const tooLarge = (limitBytes: number) =>
  fileTooLarge({ found: `The file is larger than ${limitBytes} bytes`, remedy: 'send it in several parts' })

function asProblem(error: unknown): never {
  if (error instanceof Problem) throw error
  const { code, path } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') throw storageUnavailable()
  // A path tells a fault of our own files from one of the connection.
  throw path === undefined ? fileIncomplete() : error
}
