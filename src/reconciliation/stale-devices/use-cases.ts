import { type AlertDeps, alertStaff, type Situation } from '../../alerts/index.ts'
import { listCampaignsThatAre } from '../../campaigns/index.ts'
import type { WorkCounters } from '../../scheduler/index.ts'
import { countOf, inNumber } from '../../shared/plurals.ts'
import { localDate } from '../../shared/time.ts'
import type { Wording } from '../../shared/wording.ts'
import { listDevicesInUse } from '../repository.ts'
import { type StaleDevice, type Staleness, stalenessOf } from './rules.ts'

/** Tells the coordinators, once for each, of devices that have been silent for too long. */
export function findStaleDevices(deps: AlertDeps): Promise<WorkCounters> {
  const { db, clock, config } = deps
  return db.transact(async (tx) => {
    const now = clock.now()
    const moment = { now, today: localDate(now, config.timeZone) }
    const devices = await listDevicesInUse(tx)
    const campaigns = await listCampaignsThatAre(tx, ['open'])
    const situations = devices.flatMap((device): Situation[] => {
      const state = stalenessOf(device, campaigns, moment)
      return state ? [{ matter: device.id, state, line: lineOf(device, state) }] : []
    })
    const { told } = await alertStaff(deps, tx, {
      topic: 'silent-devices',
      role: 'coordinator',
      subject: { el: 'συσκευές σχολείων που σωπαίνουν', en: 'devices at schools that are silent' },
      intro: {
        el: 'Από αυτές τις συσκευές δεν έχουμε νέα. Ζητήστε από το σχολείο να τις ανοίξει σε χώρο με δίκτυο:',
        en: 'Nothing has been heard of these devices. Ask the school to open them where there is a network:',
      },
      more: { el: `Όλες: ${config.baseUrl}/api/v1/devices`, en: `All of them: ${config.baseUrl}/api/v1/devices` },
      situations,
    })
    return { lookedAt: devices.length, done: told, skipped: devices.length - told, failed: 0 }
  })
}

/** By its school: what a device is called may be somebody's name. */
function lineOf({ schoolName, heardAt, pendingScans }: StaleDevice, staleness: Staleness): Wording {
  const since = heardAt.slice(0, 10)
  if (staleness === 'unseen')
    return { el: `${schoolName}: δεν έχει συνδεθεί από ${since}`, en: `${schoolName}: not seen since ${since}` }
  return {
    el: `${schoolName}: ${pendingScans} ${inNumber(pendingScans, 'σάρωση περιμένει', 'σαρώσεις περιμένουν', 'el')} από ${since}`,
    en: `${schoolName}: ${countOf(pendingScans, 'scan waits', 'scans wait')} since ${since}`,
  }
}
