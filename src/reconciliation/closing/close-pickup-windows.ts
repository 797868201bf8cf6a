import { type AlertDeps, alertStaff } from '../../alerts/index.ts'
import { type Campaign, getCampaign, listCampaignsThatAre } from '../../campaigns/index.ts'
import { systemActor } from '../../identity/index.ts'
import { type RunControl, workThrough } from '../../scheduler/index.ts'
import type { Tx } from '../../schema.ts'
import { localDate } from '../../shared/time.ts'
import type { Wording } from '../../shared/wording.ts'
import { closesByItself, closingDay, isOver } from '../rules.ts'
import { closePickupWindow } from './close.ts'

/**
 * Tells the coordinators of each open campaign whose pickup window is over, and ends its pickup `CLOSE_AFTER_DAYS` days later
 * if nobody has, and nobody has moved the window: vouchers expire as if a coordinator had closed it. Until then phones that
 * were offline can bring their scans.
 */
export async function closePickupWindows(deps: AlertDeps, control: RunControl) {
  const campaigns = await listCampaignsThatAre(deps.db.read, ['open'])
  return workThrough(control, campaigns, ({ id }) =>
    deps.db.transact(async (tx) => {
      const campaign = await getCampaign(tx, id)
      const now = deps.clock.now()
      const since = await alertOfEnd(deps, tx, campaign)
      if (since === undefined || !closesByItself(since, now, deps.config.closeAfterDays)) return 'skipped'
      if (!(await closePickupWindow(deps, tx, systemActor, id, now))) return 'skipped'
      await alertOfClosing(deps, tx, campaign)
      return 'done'
    }),
  )
}

/** Notices and tells that a pickup window is over; answers since when that is known. */
async function alertOfEnd(deps: AlertDeps, tx: Tx, campaign: Campaign): Promise<string | undefined> {
  const { id, name, pickupUntil } = campaign
  const { clock, config } = deps
  const today = localDate(clock.now(), config.timeZone)
  const day = closingDay(today, config.closeAfterDays)
  const ends: Wording =
    config.closeAfterDays > 0
      ? { el: `Στις ${day} θα κλείσει από μόνη της`, en: `On ${day} it ends by itself` }
      : { el: 'Κλείστε την', en: 'End it' }
  const { since } = await alertStaff(deps, tx, {
    topic: `pickup-over:${id}`,
    role: 'coordinator',
    subject: { el: `τέλος παραλαβών, «${name}»`, en: `the pickup is over, “${name}”` },
    intro: {
      el: 'Η προθεσμία παραλαβής τελείωσε και η διανομή είναι ακόμη ανοιχτή:',
      en: 'The pickup window has ended and the campaign is still open:',
    },
    more: {
      el: `${ends.el}: τα δελτία που δεν χρησιμοποιήθηκαν λήγουν. Για παράταση αλλάξτε την τελευταία ημέρα παραλαβής (pickupUntil).`,
      en: `${ends.en}: vouchers that were not used expire. To go on, move the last day of the pickup (pickupUntil).`,
    },
    situations: isOver(campaign, today)
      ? [
          {
            matter: id,
            state: pickupUntil,
            line: { el: `«${name}», έως ${pickupUntil}`, en: `“${name}”, until ${pickupUntil}` },
          },
        ]
      : [],
  })
  return since.get(id)
}

/** Tells that a pickup has ended by itself, and what is left to do. */
function alertOfClosing(deps: AlertDeps, tx: Tx, { id, name }: Campaign): Promise<unknown> {
  return alertStaff(deps, tx, {
    topic: `pickup-ended:${id}`,
    role: 'coordinator',
    subject: { el: `οι παραλαβές έκλεισαν, «${name}»`, en: `the pickup has ended, “${name}”` },
    intro: { el: 'Οι παραλαβές έκλεισαν και τα δελτία έληξαν:', en: 'The pickup has ended and vouchers have expired:' },
    more: {
      el: 'Μένει να μετρηθούν ή να επιστραφούν τα σετ που περίσσεψαν και να υπογραφεί η συμφωνία.',
      en: 'What is left: count or take back the kits that remain, and sign the reconciliation.',
    },
    situations: [{ matter: id, state: 'ended', line: { el: `«${name}»`, en: `“${name}”` } }],
  })
}
