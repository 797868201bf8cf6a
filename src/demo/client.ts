/** The API as a script sees it: over HTTP, with a key. */
export type Client = ReturnType<typeof client>

/** Calls the service at `address` with `key`. Throws for what is refused, but where it says otherwise. */
export function client(address: string, key: string) {
  const call = (method: string, path: string, init: { body?: any; headers?: Record<string, string> } = {}) =>
    fetch(`${address}/api/v1${path}`, { ...init, method, headers: { authorization: `Bearer ${key}`, ...init.headers } })
  const json = (body: unknown) =>
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }

  async function accepted(...[method, path, init]: Parameters<typeof call>): Promise<Response> {
    const response = await call(method, path, init)
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return response
  }

  const answered = async (response: Response): Promise<any> => response.json()
  const withStatus = async (response: Response): Promise<{ status: number; body: any }> => ({
    status: response.status,
    body: await response.json(),
  })

  return {
    get: async (path: string) => answered(await accepted('GET', path)),
    /** Every item of a list. */
    list: async (path: string): Promise<any[]> => {
      const lines = await accepted('GET', path, { headers: { accept: 'application/x-ndjson' } })
      return (await lines.text())
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    },
    post: async (path: string, body?: unknown) => answered(await accepted('POST', path, json(body))),
    patch: async (path: string, body: unknown) => answered(await accepted('PATCH', path, json(body))),
    /** Posts, and answers a refusal too. */
    attempt: async (path: string, body?: unknown) => withStatus(await call('POST', path, json(body))),
    /** Posts a file, and answers a refusal too. */
    upload: async (path: string, body: Buffer) =>
      withStatus(await call('POST', path, { body, headers: { 'content-type': 'application/octet-stream' } })),
    bytes: async (path: string) => Buffer.from(await (await accepted('GET', path)).arrayBuffer()),
  }
}
