import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second, whatever its clock does. */
const millisecondsPerTick = 10

interface Times {
  parent: number
  own: number
  /** Of children that have ended. */
  ofEnded: number
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; the name of the program, in brackets, may hold anything. */
function timesOf(pid: number): Times | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15) as [number, number, number, number]
    return { parent: fields[1]!, own: user + system, ofEnded: endedUser + endedSystem }
  } catch {
    return undefined
  }
}

/** The processor time, user and system, of these processes, in milliseconds. */
export function processorTime(pids: number[]): number {
  return pids.reduce((sum, pid) => sum + (timesOf(pid)?.own ?? 0), 0) * millisecondsPerTick
}

/** The same of a process and all children that it has or had, not theirs. */
export function processorTimeOfFamily(pid: number): number {
  const { own, ofEnded } = timesOf(pid) ?? { own: 0, ofEnded: 0 }
  let ticks = own + ofEnded
  for (const name of readdirSync('/proc')) {
    const times = /^\d+$/.test(name) ? timesOf(Number(name)) : undefined
    if (times?.parent === pid) ticks += times.own
  }
  return ticks * millisecondsPerTick
}

/** Which process started this one; undefined where it has ended, or runs elsewhere. */
export function parentOf(pid: number): number | undefined {
  return timesOf(pid)?.parent
}
