import { Type } from 'typebox'
import { defineProblem } from '../../shared/problem.ts'
import type { App } from './app.ts'
import { problemResponses } from './schemas.ts'

const notReady = defineProblem<{ database: string }>({
  code: 'not_ready',
  status: 503,
  title: 'Not ready to serve',
  detail: () =>
    'A part that the service needs does not answer. Look at the members for which one, and at the log for why.',
  members: (facts) => ({ ...facts, retryAfter: 5 }),
})

const tags = ['Service']
const open = { open: true } as const

/**
 * Whether the service is alive, and whether it can serve. A job that has not begun when it should have is named,
 * and no reason to send nobody here: scanning goes on without it.
 */
export async function healthRoutes(
  app: App,
  { check, lateJobs }: { check: () => Promise<void>; lateJobs: () => Promise<string[]> },
): Promise<void> {
  const Alive = Type.Object({ status: Type.String({ examples: ['alive'] }) })
  app.get(
    '/healthz',
    { config: open, schema: { tags, summary: 'Alive', response: { 200: Alive, ...problemResponses } } },
    async () => ({ status: 'alive' }),
  )
  const Ready = Type.Object({
    database: Type.String({ examples: ['ready'] }),
    jobs: Type.String({ examples: ['ready'] }),
  })
  app.get(
    '/readyz',
    { config: open, schema: { tags, summary: 'Ready to serve', response: { 200: Ready, ...problemResponses } } },
    async ({ log }) => {
      try {
        await check()
      } catch (error) {
        log.error({ err: error }, 'not ready')
        throw notReady({ database: 'does not answer' })
      }
      const late = await lateJobs()
      return { database: 'ready', jobs: late.length > 0 ? `late: ${late.join(', ')}` : 'ready' }
    },
  )
}
