import { withExamples } from '../../openapi/examples.ts'
import { buildApp } from '../../src/app.ts'
import type { AllDeps } from '../../src/deps.ts'
import { textOf } from './sources.ts'

/** The contract as the routes say it, with an example of every body and answer. */
export async function contract(deps: AllDeps): Promise<any> {
  const app = await buildApp(deps)
  await app.ready()
  const document = withExamples(structuredClone(app.swagger()))
  await app.close()
  return document
}

/** The same as it is written in the project: the checks hold it to the routes, and nothing has to be built for it. */
export const writtenContract = (): any => JSON.parse(textOf('openapi/openapi.json'))
