import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { projectRoot } from '../project-root.ts'

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string }

/** What the contract says of itself; its version is that of `package.json`. */
export const openApi: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Saka',
      version,
      description:
        'School kits, from the supplier to the child. Errors are problems (RFC 9457); docs/problems.md tells each.',
      license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
    },
    servers: [{ url: '/', description: 'This host' }],
    components: {
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-saka_session',
          description: '`saka_session` where BASE_URL is not https.',
        },
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key or a device token.' },
      },
    },
    security: [{ session: [] }, { bearer: [] }],
    tags: [
      'Service',
      'Identity',
      'Places',
      'Campaigns',
      'Enrollments',
      'Stock',
      'Allocation',
      'Vouchers',
      'Redemptions',
      'Reminders',
      'Reconciliation',
      'Audit',
      'Jobs',
      'Privacy',
      'Parents',
    ].map((name) => ({ name })),
  },
  refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `schema${i}`) },
}
