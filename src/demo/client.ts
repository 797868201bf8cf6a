/** What a call answered. */
export interface Answer {
  status: number
  body: any
}

/** The API as a script sees it: over HTTP, with a key. */
export interface Client {
  get(path: string): Promise<any>
  /** Every item of a list. */
  list(path: string): Promise<any[]>
  /** Posts, and throws when it is refused. */
  post(path: string, body?: unknown): Promise<any>
  patch(path: string, body: unknown): Promise<any>
  /** Posts, and answers a refusal too. */
  attempt(path: string, body?: unknown): Promise<Answer>
  upload(path: string, file: Buffer): Promise<Answer>
  bytes(path: string): Promise<Buffer>
}

/** Calls the service at `address` with `key`. */
export function client(address: string, key: string): Client {
  async function call(method: string, path: string, init: { body?: any; headers?: Record<string, string> } = {}) {
    const headers = { authorization: `Bearer ${key}`, ...init.headers }
    return fetch(`${address}/api/v1${path}`, { method, headers, ...(init.body !== undefined && { body: init.body }) })
  }
  const json = (body: unknown) =>
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }

  async function done(response: Response, path: string): Promise<any> {
    const body = await response.json()
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(body)}`)
    return body
  }

  return {
    get: async (path) => done(await call('GET', path), path),
    list: async (path) => {
      const response = await call('GET', path, { headers: { accept: 'application/x-ndjson' } })
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
      const lines = (await response.text()).split('\n').filter(Boolean)
      return lines.map((line) => JSON.parse(line))
    },
    post: async (path, body) => done(await call('POST', path, json(body)), path),
    patch: async (path, body) => done(await call('PATCH', path, json(body)), path),
    attempt: async (path, body) => {
      const response = await call('POST', path, json(body))
      return { status: response.status, body: await response.json() }
    },
    upload: async (path, file) => {
      const headers = { 'content-type': 'application/octet-stream' }
      const response = await call('POST', path, { body: file, headers })
      return { status: response.status, body: await response.json() }
    },
    bytes: async (path) => {
      const response = await call('GET', path)
      if (!response.ok) throw new Error(`${path} answered ${response.status}`)
      return Buffer.from(await response.arrayBuffer())
    },
  }
}
