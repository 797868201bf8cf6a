import { runCommand } from '../../src/cli/commands.ts'

// `saka verify-audit` in a process of its own: its time and its memory are nobody else's.
const start = performance.now()
const code = await runCommand(
  ['verify-audit', process.argv[2]!],
  {},
  { out: () => {}, err: console.error, onStop: () => {} },
)
const seconds = (performance.now() - start) / 1000
const { user, system } = process.cpuUsage()
process.send!({
  code,
  seconds,
  cpu: (user + system) / 1e6,
  megabytes: Math.round(process.resourceUsage().maxRSS / 1024),
})
