import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import multipart from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { defineProblem } from '../../kernel/problem.ts'
import { fileTooLarge } from '../tabular/index.ts'
import type { App } from './app.ts'

/** A file that was sent, on disk until it is let go. Its own name is never used. */
export interface Upload {
  path: string
  /** As the sender named it. */
  charset: string | undefined
}

const fileMissing = defineProblem({
  code: 'file_missing',
  status: 400,
  title: 'There is no file in the request',
  detail: () => 'Send the CSV or XLSX file as the body, or as one file of a multipart form.',
})

const file = Type.String({ format: 'binary', examples: ['schoolCode;pupilRef;givenName;familyName\n9000001;001;Ελένη;Φωτοπούλου\n'] })

/** The body of a call that takes a file. */
export const uploadBody = {
  content: {
    'text/csv': { schema: file },
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': { schema: file },
    'multipart/form-data': { schema: file },
  },
}

/** Lets the routes of `app` take files of any type: what a file is, its own bytes say. */
export async function acceptUploads(app: App): Promise<void> {
  await app.register(multipart, { limits: { files: 1, fields: 10 } })
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
}

/** Receives the file of `request`, hands it to `use`, and removes it. Raises `file_missing` and `file_too_large`. */
export async function withUpload<Result>(
  request: FastifyRequest,
  limitBytes: number,
  use: (upload: Upload) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'saka-upload-'))
  try {
    const { stream, contentType } = await fileOf(request)
    const path = join(folder, 'file')
    await pipeline(stream, limited(limitBytes), createWriteStream(path))
    return await use({ path, charset: /charset="?([\w-]+)/i.exec(contentType)?.[1] })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function fileOf(request: FastifyRequest): Promise<{ stream: Readable; contentType: string }> {
  if (!request.isMultipart()) {
    const stream = request.body as Readable | undefined | null
    if (!stream) throw fileMissing()
    return { stream, contentType: request.headers['content-type'] ?? '' }
  }
  const part = await request.file({ limits: { fileSize: Number.POSITIVE_INFINITY } })
  if (!part) throw fileMissing()
  return { stream: part.file, contentType: part.mimetype }
}

function limited(limitBytes: number): Transform {
  let received = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length
      done(received > limitBytes ? fileTooLarge({ found: `The file is larger than ${limitBytes} bytes`, remedy: 'split it and send the parts' }) : null, chunk)
    },
  })
}
