import { sendMailJob, sendSmsJob } from '../../jobs/send-messages.ts'
import type { AllDeps } from '../../src/deps.ts'
import { planReminders } from '../../src/notifications/index.ts'
import { AddressRefused, ChannelDown, DeliveryDelayed, DeliveryDoubtful } from '../../src/platform/delivery.ts'
import type { Mailer } from '../../src/platform/mail/mailer.ts'
import type { SmsGateway } from '../../src/platform/sms/sms.ts'
import { attemptTask, beginNextTask, type QueuedJob } from '../../src/scheduler/index.ts'
import type { Saka } from '../support/saka.ts'

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A message that somebody got, whatever the service knows of it. */
export interface Got {
  to: string
  text: string
  id: string
  at: string
}

/** The world outside: addresses that do not exist, servers in a mood, and everything that anybody got. */
export interface Outside {
  deps: AllDeps
  got: Got[]
  /** Addresses that do not exist. */
  gone: Set<string>
  /** The mail server is away. */
  isMailAway: boolean
  /** Plans and sends, while the process is killed now and then; the clock moves on until all of it is done. */
  work(): Promise<void>
  crashes: number
}

/** A world of channels and crashes around a service, all by chance of `random`. */
export function outsideWorld({ deps: own, clock }: Saka, random: () => number): Outside {
  const hand = async (message: { to: string; text: string; id?: string }): Promise<void> => {
    if (world.gone.has(message.to)) throw new AddressRefused('550')
    if (random() < 0.04) throw new DeliveryDelayed('451')
    const { to, text, id = '' } = message
    const isTaken = random() < 0.995
    if (isTaken) world.got.push({ to, text, id: id.replace(/^message-/, ''), at: clock.now() })
    if (!isTaken || random() < 0.005) throw new DeliveryDoubtful('ECONNRESET')
    // It does not come to write down what it did.
    if (random() < 0.01) throw killed()
  }
  const killed = () => {
    world.crashes++
    return new Killed()
  }
  const mailer: Mailer = {
    send: async (mail) => {
      if (world.isMailAway) throw new ChannelDown('ECONNREFUSED')
      await hand(mail)
    },
    close: () => {},
  }
  const sms: SmsGateway = {
    send: async (text) => {
      await hand(text)
      return { reference: null }
    },
  }
  const deps: AllDeps = {
    ...own,
    mailer,
    sms,
    db: {
      ...own.db,
      transact: (work, options) =>
        isPlanning && random() < 0.05 ? Promise.reject(killed()) : own.db.transact(work, options),
    },
  }
  let isPlanning = false
  const world: Outside = { deps, got: [], gone: new Set(), isMailAway: false, crashes: 0, work }
  return world

  async function work() {
    isPlanning = true
    for (let tries = 0; tries < 3; tries++) await planReminders(deps).catch(forgiven)
    isPlanning = false
    for (const job of [sendMailJob, sendSmsJob]) {
      for (let task = await beginNextTask(deps, job); task; task = await beginNextTask(deps, job)) {
        const doom = random()
        // Killed before it began, or after it had written down what it did, but not that the task is done.
        if (doom < 0.005 && ++world.crashes) continue
        const ended = await attempt(job, task)
        if (ended === 'killed' || (doom < 0.01 && ++world.crashes)) continue
        await ended.write()
        if (ended.pause > 0) break
      }
    }
  }

  /** Attempts a task until it ends, or the process does: then what is under way stays as it is for ever. */
  async function attempt(job: QueuedJob, task: Parameters<typeof attemptTask>[2]) {
    let isKilled = false
    let kill = () => {}
    const killing = new Promise<void>((resolve) => {
      kill = resolve
    })
    const untilDeath = <Answer>(answer: Promise<Answer>): Promise<Answer> =>
      answer.catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error
        isKilled = true
        kill()
        return new Promise<Answer>(() => {})
      })
    const mortal: AllDeps = {
      ...deps,
      mailer: { send: (one) => untilDeath(mailer.send(one)), close: () => {} },
      sms: { send: (one) => untilDeath(sms.send(one)) },
    }
    const mortalJob: QueuedJob = { ...job, attempt: (...args) => Promise.race([job.attempt(...args), killing]) }
    const ended = await attemptTask(mortal, mortalJob, task, new AbortController().signal)
    return isKilled ? 'killed' : ended
  }
}

/** The process is no more. */
class Killed extends Error {}

function forgiven(error: unknown): void {
  if (!(error instanceof Killed)) throw error
}
