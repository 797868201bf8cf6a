import { Gauge, Registry } from 'prom-client'
import { findNewest } from '../backups/index.ts'
import type { AllDeps } from '../deps.ts'
import { isScheduled, readLateJobs } from '../scheduler/index.ts'
import { countOpenTasks, listLastRuns, listLiveCampaigns, sumStock } from './repository.ts'

/** What is looked up when somebody asks: it costs nothing while nobody does. */
interface Gauges {
  /** Looks everything up. What cannot be looked up is not told, rather than told as it was. */
  read(deps: AllDeps): Promise<string>
}

const seconds = (instant: string) => Date.parse(instant) / 1000

/** Every gauge, for one who asks after another. */
export function openGauges(): Gauges {
  const registry = new Registry()
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: `saka_${name}`, help, labelNames, registers: [registry] })
  const looks = [
    campaigns(
      gauge('campaign_info', 'Campaigns that are not over; 1 each.', 'campaign', 'year', 'status', 'kit'),
      gauge('campaign_target_kits', 'How many kits a campaign is to hand out.', 'campaign'),
      gauge('stock_kits', 'Kits by kind of place; those of a kit sum to zero.', 'place', 'kit'),
      gauge('stock_reserved_kits', 'Kits that are promised, by kind of place.', 'place', 'kit'),
      gauge('stock_negative_places', 'Places that hold less than nothing, but for the suppliers.', 'place', 'kit'),
    ),
    tasks(
      gauge('queue_tasks', 'Tasks that are due, at work, or have failed.', 'job_name', 'status'),
      gauge('queue_age_seconds', 'How long the task waits that has been due the longest.', 'job_name'),
    ),
    runs(
      gauge('job_last_run_timestamp_seconds', 'When the last run of a job began.', 'job_name'),
      gauge('job_last_run_failed', 'Whether the last run of a job failed or was cut off.', 'job_name'),
      gauge('job_late', 'Whether a job should have begun by now and has not, or its tasks wait.', 'job_name'),
    ),
    backups(
      gauge('backup_folder_set', 'Whether this process knows of a folder for backups.'),
      gauge('backup_last_timestamp_seconds', 'When the newest backup was begun; 0 where there is none.'),
      gauge('backup_bytes', 'The newest backup.'),
    ),
    database(
      gauge('database_bytes', 'The database on the disk, or as its server measures it.'),
      gauge('database_log_bytes', 'Its write-ahead log on the disk; only of a file.'),
      gauge('disk_free_bytes', 'Room on the disk of the database; only of a file.'),
      gauge('commands_waiting', 'Commands that wait for the database to store them.'),
    ),
  ]
  const failed = gauge('scrape_failed', 'Whether something could not be looked up this time.')
  return {
    read: async (deps) => {
      const all = await Promise.allSettled(looks.map((look) => look(deps)))
      const faults = all.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
      for (const err of faults) deps.log.warn({ err }, 'a metric could not be looked up')
      failed.set(faults.length > 0 ? 1 : 0)
      return registry.metrics()
    },
  }
}

type Look = (deps: AllDeps) => Promise<void>

function campaigns(
  info: Gauge<'campaign' | 'year' | 'status' | 'kit'>,
  target: Gauge<'campaign'>,
  kits: Gauge<'place' | 'kit'>,
  reserved: Gauge<'place' | 'kit'>,
  negative: Gauge<'place' | 'kit'>,
): Look {
  return async ({ db }) => {
    for (const gauge of [info, target, kits, reserved, negative]) gauge.reset()
    const live = await listLiveCampaigns(db.read)
    for (const { id: campaign, year, status, kitId: kit, targetQuantity } of live) {
      info.set({ campaign, year, status, kit }, 1)
      target.set({ campaign }, targetQuantity)
    }
    for (const stock of await sumStock(db.read, [...new Set(live.map(({ kitId }) => kitId))])) {
      const of = { place: stock.kind, kit: stock.kitId }
      kits.set(of, stock.onHand)
      reserved.set(of, stock.reserved)
      // What the suppliers have given is less than nothing from the first receipt on.
      if (stock.kind !== 'supplier') negative.set(of, stock.negative)
    }
  }
}

function tasks(depth: Gauge<'job_name' | 'status'>, age: Gauge<'job_name'>): Look {
  return async ({ db, jobs, clock }) => {
    for (const gauge of [depth, age]) gauge.reset()
    const now = clock.now()
    for (const { name: job } of jobs.filter((job) => !isScheduled(job))) {
      const { since, ...counts } = await countOpenTasks(db.read, job, now)
      for (const [status, tasks] of Object.entries(counts)) depth.set({ job_name: job, status }, tasks)
      age.set({ job_name: job }, since ? seconds(now) - seconds(since) : 0)
    }
  }
}

function runs(began: Gauge<'job_name'>, failed: Gauge<'job_name'>, late: Gauge<'job_name'>): Look {
  return async (deps) => {
    for (const gauge of [began, failed, late]) gauge.reset()
    for (const { job, status, startedAt } of await listLastRuns(deps.db.read)) {
      began.set({ job_name: job }, seconds(startedAt))
      failed.set({ job_name: job }, status === 'failed' || status === 'interrupted' ? 1 : 0)
    }
    const names = await readLateJobs(deps)
    for (const { name: job } of deps.jobs) late.set({ job_name: job }, names.includes(job) ? 1 : 0)
  }
}

/** The newest is told where this process knows of a folder for them. */
function backups(isSet: Gauge, last: Gauge, bytes: Gauge): Look {
  return async ({ config: { backupFolder } }) => {
    isSet.set(backupFolder ? 1 : 0)
    for (const gauge of [last, bytes]) gauge.remove()
    if (!backupFolder) return
    const newest = findNewest(backupFolder)
    last.set(newest ? seconds(newest.madeAt) : 0)
    bytes.set(newest?.bytes ?? 0)
  }
}

function database(bytes: Gauge, log: Gauge, free: Gauge, waiting: Gauge): Look {
  return async ({ measureDatabase }) => {
    for (const gauge of [bytes, log, free, waiting]) gauge.remove()
    const measured = await measureDatabase()
    bytes.set(measured.bytes)
    if (measured.logBytes !== undefined) log.set(measured.logBytes)
    if (measured.freeBytes !== undefined) free.set(measured.freeBytes)
    waiting.set(measured.waiting)
  }
}
