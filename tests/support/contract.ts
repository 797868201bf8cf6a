import { withExamples } from '../../openapi/examples.ts'
import { buildApp } from '../../src/app.ts'
import type { Deps } from '../../src/deps.ts'

/** The contract as the routes say it, with an example of every body and answer. */
export async function contract(deps: Deps): Promise<any> {
  const app = await buildApp(deps)
  await app.ready()
  const document = withExamples(structuredClone(app.swagger()))
  await app.close()
  return document
}
