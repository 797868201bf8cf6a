/**
 * The document with an example on every body and answer, composed from the examples of its fields: whoever reads the
 * contract sees what is sent, and nobody has to write it twice. Throws for a field that has none.
 */
export function withExamples(document: any): any {
  const schemas = document.components?.schemas ?? {}
  for (const [path, methods] of Object.entries<any>(document.paths)) {
    for (const [method, operation] of Object.entries<any>(methods)) {
      const where = `${method.toUpperCase()} ${path}`
      operation.operationId ??= operationId(method, path)
      const messages = [operation.requestBody, ...Object.values<any>(operation.responses)]
      for (const message of messages) {
        for (const [type, media] of Object.entries<any>(message?.content ?? {})) {
          media.example ??= type.includes('problem') ? problemExample : exampleOf(media.schema, schemas, where)
        }
      }
    }
  }
  return document
}

const problemExample = {
  type: '/problems/not-found',
  title: 'Not there',
  status: 404,
  detail: 'There is no such record, or it is not yours to see. Check the address.',
  code: 'not_found',
  requestId: '01890a5d-ac96-774b-bcce-b302099a8057',
}

/** `GET /campaigns/{id}/vouchers` as `getCampaignsIdVouchers`. */
function operationId(method: string, path: string): string {
  const words = path.replace('/api/v1', '').split(/[^A-Za-z0-9]+/)
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function exampleOf(schema: any, schemas: any, where: string): unknown {
  if (schema.$ref) return exampleOf(schemas[schema.$ref.split('/').at(-1)], schemas, where)
  if (schema.examples) return schema.examples[0]
  if (schema.example !== undefined) return schema.example
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.default !== undefined) return schema.default
  const options = schema.properties ? undefined : (schema.anyOf ?? schema.oneOf)
  if (options) return exampleOf(options[0], schemas, where)
  if (schema.type === 'array') return [exampleOf(schema.items, schemas, where)]
  if (schema.type === 'object') {
    const fields = Object.entries<any>(schema.properties ?? {})
    return Object.fromEntries(fields.map(([name, field]) => [name, exampleOf(field, schemas, `${where} ${name}`)]))
  }
  if (schema.type === 'boolean') return true
  if (schema.type === 'null') return null
  if (schema.type === 'string') return 'text'
  throw new Error(`${where}: a field has no example: ${JSON.stringify(schema)}`)
}
