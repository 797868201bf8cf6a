import { type Instant, localDate, plusMilliseconds } from '../shared/time.ts'

/** A backup as its file name tells it. */
export interface Backup {
  /** The name of the file. */
  name: string
  madeAt: Instant
}

/** The name of a backup that was begun at an instant, to the second: `saka-2023-09-11T063000Z.db`. */
export function backupName(at: Instant): string {
  return `saka-${at.slice(0, 19).replaceAll(':', '')}Z.db`
}

/** The backups among the names of files, the newest first. Other files are nobody's to touch. */
export function backupsAmong(names: string[]): Backup[] {
  const backups = names.flatMap((name) => {
    const [, day, hours, minutes, seconds] = /^saka-(\d{4}-\d{2}-\d{2})T(\d{2})(\d{2})(\d{2})Z\.db$/.exec(name) ?? []
    const madeAt = `${day}T${hours}:${minutes}:${seconds}.000Z`
    return day && !Number.isNaN(Date.parse(madeAt)) ? [{ name, madeAt }] : []
  })
  return backups.sort((a, b) => (a.madeAt > b.madeAt ? -1 : 1))
}

/**
 * The backups that are not kept, of `backups` with the newest first: each but the last of a day, a week from Monday on, or a
 * month that counts, as so many last days, weeks and months do that have any. The newest of all is always kept.
 */
export function outdated(
  backups: Backup[],
  keeping: Record<'daily' | 'weekly' | 'monthly', number>,
  timeZone: string,
): Backup[] {
  const spans: [number, (day: string) => string][] = [
    [keeping.daily, (day) => day],
    [keeping.weekly, mondayOf],
    [keeping.monthly, (day) => day.slice(0, 7)],
  ]
  const kept = new Set(backups.slice(0, 1))
  for (const [most, spanOf] of spans) {
    const lastOfSpan = new Map<string, Backup>()
    for (const backup of backups) {
      const span = spanOf(localDate(backup.madeAt, timeZone))
      if (!lastOfSpan.has(span) && lastOfSpan.size < most) lastOfSpan.set(span, backup)
    }
    for (const backup of lastOfSpan.values()) kept.add(backup)
  }
  return backups.filter((backup) => !kept.has(backup))
}

function mondayOf(day: string): string {
  const midnight = `${day}T00:00:00.000Z`
  const sinceMonday = (new Date(midnight).getUTCDay() + 6) % 7
  return plusMilliseconds(midnight, -sinceMonday * 24 * 60 * 60_000).slice(0, 10)
}
