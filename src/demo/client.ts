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
  const call = (method: string, path: string, init: { body?: any; headers?: Record<string, string> } = {}) =>
    fetch(`${address}/api/v1${path}`, { ...init, method, headers: { authorization: `Bearer ${key}`, ...init.headers } })
  const json = (body: unknown) =>
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const answerOf = async (response: Response): Promise<Answer> => ({
    status: response.status,
    body: await response.json(),
  })

  async function accepted(...[method, path, init]: Parameters<typeof call>): Promise<Response> {
    const response = await call(method, path, init)
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return response
  }

  return {
    get: async (path) => (await accepted('GET', path)).json(),
    list: async (path) => {
      const lines = await accepted('GET', path, { headers: { accept: 'application/x-ndjson' } })
      return (await lines.text())
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    },
    post: async (path, body) => (await accepted('POST', path, json(body))).json(),
    patch: async (path, body) => (await accepted('PATCH', path, json(body))).json(),
    attempt: async (path, body) => answerOf(await call('POST', path, json(body))),
    upload: async (path, body) =>
      answerOf(await call('POST', path, { body, headers: { 'content-type': 'application/octet-stream' } })),
    bytes: async (path) => Buffer.from(await (await accepted('GET', path)).arrayBuffer()),
  }
}
