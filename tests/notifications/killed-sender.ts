import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { sendDue } from '../support/reminders.ts'

// A process of its own that sends what is due. The mail server kills it when it has the first mail.
const now = String(process.env.NOW)
await sendDue(await openDeps(readConfig(process.env), { clock: { now: () => now } }))
