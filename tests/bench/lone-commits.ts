// The service with a commit for each request: what commits of several requests at once are measured against.
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { serve } from '../../src/serve.ts'

await serve(await openDeps(readConfig(process.env), { commitTogether: 1 }))
