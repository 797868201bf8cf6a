import type { Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import type { RoleGrant } from '../../src/identity/rules.ts'
import { hashToken, newToken } from '../../src/identity/secrets.ts'
import { type OpenDeps, openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import type { Log } from '../../src/platform/observability/log.ts'
import type { Job } from '../../src/scheduler/index.ts'
import type { Instant } from '../../src/shared/time.ts'
import { newDatabase } from './engine.ts'
import { temporaryFolder } from './folder.ts'
import { witnessed } from './witness.ts'

/** A clock that stands still until it is moved. */
export interface MovableClock {
  now(): Instant
  set(instant: Instant): void
}

/** What a call answered. `json` is the body where it is JSON. */
export interface Answer {
  status: number
  json: any
  text: string
  bytes: Buffer
  headers: Record<string, string | undefined>
}

/** Calls the API as one caller. Paths are below `/api/v1`; those that begin with `//` are at the root. */
export interface Api {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  put(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  delete(path: string, headers?: Record<string, string>): Promise<Answer>
  /** Sends a file as it is. */
  upload(path: string, file: string | Buffer, contentType?: string, headers?: Record<string, string>): Promise<Answer>
  /** Like `post`, and fails the test unless it is answered with 200 or 201. Answers the body. */
  made(path: string, body?: unknown): Promise<any>
}

/** A running service on a database of its own, with an administrator's API. */
export interface Saka {
  deps: OpenDeps
  /** What the application itself works with. */
  served: OpenDeps
  clock: MovableClock
  /** The administrator's. */
  api: Api
  /** The API of a caller with these roles. */
  as(...roles: RoleGrant[]): Promise<Api>
  /** The API of a device of this school. */
  device(schoolId: string): Promise<Api>
  /** The API of nobody. */
  stranger: Api
  folder: string
  /** Stops it before the test ends. */
  stop(): Promise<void>
}

/** The moment at which tests begin unless they say otherwise: the first morning of the 2023 pickup. */
export const firstMorning = '2023-09-11T06:30:00.000Z'

/** Starts the whole service on a temporary database; it ends with the test. */
export async function startSaka(
  t: Test,
  {
    now = firstMorning,
    env = {},
    log,
    jobs,
  }: { now?: Instant; env?: Record<string, string>; log?: Log; jobs?: Job[] } = {},
): Promise<Saka> {
  const folder = temporaryFolder(t)
  let instant = now
  const clock: MovableClock = {
    now: () => instant,
    set: (next) => {
      instant = next
    },
  }
  const config = readConfig({
    ...(await newDatabase(t, folder)),
    BASE_URL: 'https://saka.example.org',
    LOG_LEVEL: 'fatal',
    ...env,
  })
  const deps = await openDeps(config, { clock, ...(log && { log }), ...(jobs && { jobs }) })
  const served = { ...deps, db: await witnessed(deps.db) }
  const app = await buildApp(served)
  await app.ready()
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= app.close().then(() => deps.close())
    return stopped
  }
  t.teardown(stop)

  function apiWith(authorization: string | undefined): Api {
    const call: Api['call'] = async (method, path, body, headers = {}) => {
      const answer = await app.inject({
        method: method as 'GET',
        url: path.startsWith('//') ? path.slice(1) : `/api/v1${path}`,
        headers: { ...(authorization && { authorization }), ...headers },
        ...(body !== undefined && { payload: body as object }),
      })
      const isJson =
        String(answer.headers['content-type']).includes('json') &&
        !String(answer.headers['content-type']).includes('ndjson')
      return {
        status: answer.statusCode,
        json: isJson && answer.body !== '' ? JSON.parse(answer.body) : undefined,
        text: answer.body,
        bytes: answer.rawPayload,
        headers: answer.headers as Record<string, string | undefined>,
      }
    }
    return {
      call,
      get: (path, headers) => call('GET', path, undefined, headers),
      post: (path, body, headers) => call('POST', path, body, headers),
      patch: (path, body, headers) => call('PATCH', path, body, headers),
      put: (path, body, headers) => call('PUT', path, body, headers),
      delete: (path, headers) => call('DELETE', path, undefined, headers),
      upload: (path, file, contentType = 'text/csv', headers = {}) =>
        call('POST', path, file, { 'content-type': contentType, ...headers }),
      made: async (path, body) => {
        const answer = await call('POST', path, body)
        if (answer.status !== 200 && answer.status !== 201)
          throw new Error(`${path} answered ${answer.status}: ${answer.text}`)
        return answer.json
      },
    }
  }

  async function as(...roles: RoleGrant[]): Promise<Api> {
    const key = newToken('key')
    const row = {
      id: deps.newId(),
      name: roles[0]?.role ?? 'none',
      keyHash: hashToken(key),
      roles,
      createdById: 'test',
      createdAt: instant,
    }
    await deps.db.transact(async ({ q, t }) => {
      await q.insert(t.apiKeys).values(row)
    })
    return apiWith(`Bearer ${key}`)
  }

  const api = await as({ role: 'admin' })
  async function device(schoolId: string): Promise<Api> {
    const { provisioningToken } = await api.made('/devices', { name: 'Κινητό', schoolId })
    const { deviceToken } = await api.made('/devices/provision', { provisioningToken })
    return apiWith(`Bearer ${deviceToken}`)
  }

  return { deps, served, clock, api, as, device, stranger: apiWith(undefined), folder, stop }
}
