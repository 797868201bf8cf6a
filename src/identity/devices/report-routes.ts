import { Type } from 'typebox'
import type { Deps } from '../../deps.ts'
import { type App, answers, commandsOf } from '../../platform/http/index.ts'
import { HeartbeatSchema } from '../schemas.ts'
import { reportDevice } from '../use-cases.ts'

/** What devices tell of themselves. Nobody's access changes by it. */
export async function deviceReportRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const command = commandsOf(app, deps)
  command(
    '/devices/me/heartbeat',
    {
      schema: {
        tags: ['Identity'],
        summary: 'Tell how a device is',
        body: HeartbeatSchema,
        response: answers(204, Type.Null({ description: 'Done.' })),
      },
    },
    async (deps, { actor, body }, reply) => {
      await reportDevice(deps, actor, body)
      return reply.code(204).send(null)
    },
  )
}
