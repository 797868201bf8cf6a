import { type AlertDeps, alertStaff, type StaffAlert } from '../alerts/index.ts'
import { type Campaign, schoolsOfCampaign } from '../campaigns/index.ts'
import { type Discrepancy, listOpenDiscrepancies, needsAnswer } from '../discrepancies/index.ts'
import type { Tx } from '../schema.ts'
import { countOf, inNumber } from '../shared/plurals.ts'
import type { Wording } from '../shared/wording.ts'
import { discrepancyLabels } from './report/labels.ts'

/** Has its own mail, by the hour: on the next morning it is too late to ship. */
const shortage = 'kits_short_at_school'

/** Tells the coordinators of what needs an answer in a campaign and is new, or other than they were told. */
export function alertOfFindings(deps: AlertDeps, tx: Tx, campaign: Campaign): Promise<unknown> {
  return tell(deps, tx, campaign, ({ code }) => code !== shortage, findingLine, {
    topic: `findings:${campaign.id}`,
    subject: {
      el: `νέα ευρήματα, «${campaign.name}»`,
      en: `new findings, “${campaign.name}”`,
    },
    intro: {
      el: `Ο έλεγχος της διανομής «${campaign.name}» βρήκε κάτι που χρειάζεται απάντηση:`,
      en: `The checks of “${campaign.name}” found what needs an answer:`,
    },
  })
}

/** Tells the coordinators which schools of a campaign would run out of kits, each time that it is another number. */
export function alertOfShortages(deps: AlertDeps, tx: Tx, campaign: Campaign): Promise<unknown> {
  return tell(deps, tx, campaign, ({ code }) => code === shortage, shortageLine, {
    topic: `shortages:${campaign.id}`,
    subject: {
      el: `λίγα σετ σε σχολεία, «${campaign.name}»`,
      en: `few kits at schools, “${campaign.name}”`,
    },
    intro: {
      el: `Στη διανομή «${campaign.name}» τα σετ σε κάποια σχολεία δεν φτάνουν για τα παιδιά που μένουν:`,
      en: `In “${campaign.name}” some schools have fewer kits than children who are still to get one:`,
    },
  })
}

async function tell(
  deps: AlertDeps,
  tx: Tx,
  campaign: Campaign,
  isOfTopic: (discrepancy: Discrepancy) => boolean,
  lineOf: (discrepancy: Discrepancy, school: string | undefined) => Wording,
  about: Pick<StaffAlert, 'topic' | 'subject' | 'intro'>,
): Promise<unknown> {
  const open = (await listOpenDiscrepancies(tx, campaign.id)).filter(needsAnswer).filter(isOfTopic)
  const names = new Map((await schoolsOfCampaign(tx, campaign)).map(({ id, name }) => [id, name]))
  const address = `${deps.config.baseUrl}/api/v1/campaigns/${campaign.id}/discrepancies?status=open`
  return alertStaff(deps, tx, {
    ...about,
    role: 'coordinator',
    more: { el: `Όλα όσα είναι ανοιχτά: ${address}`, en: `All that is open: ${address}` },
    situations: open.map((discrepancy) => ({
      matter: discrepancy.id,
      state: `${discrepancy.severity} ${discrepancy.expected} ${discrepancy.actual}`,
      line: lineOf(discrepancy, names.get(discrepancy.records.find(({ type }) => type === 'school')?.id ?? '')),
    })),
  })
}

function findingLine({ code, expected, actual, detail }: Discrepancy, school: string | undefined): Wording {
  const at = school === undefined ? '' : `, ${school}`
  const figures = expected !== null && actual !== null
  return {
    el: `${discrepancyLabels[code][0]}${at}${figures ? `: αντί για ${expected}, ${actual}` : ''}`,
    en: `${discrepancyLabels[code][1]}${at}. ${detail}`,
  }
}

function shortageLine({ actual }: Discrepancy, school = ''): Wording {
  const missing = actual ?? 0
  return {
    el: `${school}: ${inNumber(missing, 'λείπει', 'λείπουν', 'el')} ${missing} σετ`,
    en: `${school}: ${countOf(missing, 'kit')} missing`,
  }
}
