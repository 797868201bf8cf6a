// Loaded before a restore: ends the process, as a power cut would, at the moment that it calls what KILL_AT names.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

Object.assign(fs, { [process.env.KILL_AT!]: () => process.kill(process.pid, 'SIGKILL') })
syncBuiltinESMExports()
