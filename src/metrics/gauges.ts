import { Gauge, Registry } from 'prom-client'
import { findNewest } from '../backups/index.ts'
import type { AllDeps } from '../deps.ts'
import { isScheduled, readLateJobs } from '../scheduler/index.ts'
import { countOpenTasks, listLastRuns, listLiveCampaigns, sumStock } from './repository.ts'

/** Looks something up for its gauges when somebody asks: it costs nothing while nobody does. */
type Look = (deps: AllDeps) => Promise<void>
type NewGauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) => Gauge<Label>

const seconds = (instant: string) => Date.parse(instant) / 1000

/**
 * Every gauge, for one who asks after another: answers what looks them all up. What cannot be looked up is not told, rather than
 * told as it was.
 */
export function openGauges(): (deps: AllDeps) => Promise<string> {
  const registry = new Registry()
  const gauge: NewGauge = (name, help, ...labelNames) =>
    new Gauge({ name: `saka_${name}`, help, labelNames, registers: [registry] })
  const looks = [campaigns, tasks, runs, backups, database].map((open) => open(gauge))
  const failed = gauge('scrape_failed', 'Whether something could not be looked up this time.')
  return async (deps) => {
    const all = await Promise.allSettled(looks.map((look) => look(deps)))
    const faults = all.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    for (const err of faults) deps.log.warn({ err }, 'a metric could not be looked up')
    failed.set(faults.length > 0 ? 1 : 0)
    return registry.metrics()
  }
}

function campaigns(gauge: NewGauge): Look {
  const info = gauge('campaign_info', 'Campaigns that are not over; 1 each.', 'campaign', 'year', 'status', 'kit')
  const target = gauge('campaign_target_kits', 'How many kits a campaign is to hand out.', 'campaign')
  const kits = gauge('stock_kits', 'Kits by kind of place; those of a kit sum to zero.', 'place', 'kit')
  const reserved = gauge('stock_reserved_kits', 'Kits that are promised, by kind of place.', 'place', 'kit')
  const negative = gauge(
    'stock_negative_places',
    'Places that hold less than nothing, but for the suppliers.',
    'place',
    'kit',
  )
  return async ({ db }) => {
    for (const one of [info, target, kits, reserved, negative]) one.reset()
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

function tasks(gauge: NewGauge): Look {
  const depth = gauge('queue_tasks', 'Tasks that are due, at work, or have failed.', 'job_name', 'status')
  const age = gauge('queue_age_seconds', 'How long the task waits that has been due the longest.', 'job_name')
  return async ({ db, jobs, clock }) => {
    for (const one of [depth, age]) one.reset()
    const now = clock.now()
    for (const { name: job } of jobs.filter((job) => !isScheduled(job))) {
      const { since, ...counts } = await countOpenTasks(db.read, job, now)
      for (const [status, tasks] of Object.entries(counts)) depth.set({ job_name: job, status }, tasks)
      age.set({ job_name: job }, since ? seconds(now) - seconds(since) : 0)
    }
  }
}

function runs(gauge: NewGauge): Look {
  const began = gauge('job_last_run_timestamp_seconds', 'When the last run of a job began.', 'job_name')
  const failed = gauge('job_last_run_failed', 'Whether the last run of a job failed or was cut off.', 'job_name')
  const late = gauge('job_late', 'Whether a job should have begun by now and has not, or its tasks wait.', 'job_name')
  return async (deps) => {
    for (const one of [began, failed, late]) one.reset()
    for (const { job, status, startedAt } of await listLastRuns(deps.db.read)) {
      began.set({ job_name: job }, seconds(startedAt))
      failed.set({ job_name: job }, status === 'failed' || status === 'interrupted' ? 1 : 0)
    }
    const names = await readLateJobs(deps)
    for (const { name: job } of deps.jobs) late.set({ job_name: job }, names.includes(job) ? 1 : 0)
  }
}

/** The newest is told where this process knows of a folder for them. */
function backups(gauge: NewGauge): Look {
  const isSet = gauge('backup_folder_set', 'Whether this process knows of a folder for backups.')
  const last = gauge('backup_last_timestamp_seconds', 'When the newest backup was begun; 0 where there is none.')
  const bytes = gauge('backup_bytes', 'The newest backup.')
  return async ({ config: { backupFolder } }) => {
    isSet.set(backupFolder ? 1 : 0)
    for (const one of [last, bytes]) one.remove()
    if (!backupFolder) return
    const newest = findNewest(backupFolder)
    last.set(newest ? seconds(newest.madeAt) : 0)
    bytes.set(newest?.bytes ?? 0)
  }
}

function database(gauge: NewGauge): Look {
  const bytes = gauge('database_bytes', 'The database on the disk, or as its server measures it.')
  const log = gauge('database_log_bytes', 'Its write-ahead log on the disk; only of a file.')
  const free = gauge('disk_free_bytes', 'Room on the disk of the database; only of a file.')
  const waiting = gauge('commands_waiting', 'Commands that wait for the database to store them.')
  return async ({ measureDatabase }) => {
    for (const one of [bytes, log, free, waiting]) one.remove()
    const measured = await measureDatabase()
    bytes.set(measured.bytes)
    if (measured.logBytes !== undefined) log.set(measured.logBytes)
    if (measured.freeBytes !== undefined) free.set(measured.freeBytes)
    waiting.set(measured.waiting)
  }
}
