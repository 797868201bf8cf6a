import type { Wording } from '../shared/wording.ts'

/** Labels of what jobs count, as a coordinator reads them. */
export const counterLabels = {
  lookedAt: { el: 'εξετάστηκαν', en: 'looked at' },
  done: { el: 'έγιναν', en: 'done' },
  skipped: { el: 'δεν χρειάζονταν κάτι', en: 'skipped' },
  failed: { el: 'απέτυχαν', en: 'failed' },
  sent: { el: 'στάλθηκαν', en: 'sent' },
  dropped: { el: 'εγκαταλείφθηκαν', en: 'dropped' },
  forgotten: { el: 'διαγράφηκαν', en: 'forgotten' },
  runs: { el: 'παλιές εκτελέσεις διαγράφηκαν', en: 'old runs forgotten' },
  tasks: { el: 'παλιές αποστολές διαγράφηκαν', en: 'old tasks forgotten' },
  notices: { el: 'παλιά μηνύματα διαγράφηκαν', en: 'old notices forgotten' },
  campaigns: { el: 'διανομές', en: 'campaigns' },
  values: { el: 'στοιχεία διαγράφηκαν', en: 'values erased' },
  sealed: { el: 'εγγραφές σφραγίστηκαν', en: 'events sealed' },
  planned: { el: 'υπενθυμίσεις ετοιμάστηκαν', en: 'reminders planned' },
  listed: { el: 'στον τηλεφωνικό κατάλογο', en: 'put on the phone list' },
  givenUp: { el: 'δεν στάλθηκαν ποτέ', en: 'given up' },
  made: { el: 'αντίγραφα ασφαλείας', en: 'backups made' },
  bytes: { el: 'bytes', en: 'bytes' },
  events: { el: 'σφραγισμένες εγγραφές σε αυτό', en: 'sealed events in it' },
  removed: { el: 'παλιά αντίγραφα διαγράφηκαν', en: 'old ones removed' },
  copied: { el: 'αντίγραφα φυλάχτηκαν', en: 'copies put away' },
} as const satisfies Record<string, Wording>

/** The name of a counter: each has its label. */
export type CounterName = keyof typeof counterLabels

/** Counters in one line for each language: `εξετάστηκαν 3 · έγιναν 2`. */
export function countersInWords(counters: Record<string, number>): Wording {
  const line = (language: keyof Wording) =>
    Object.entries(counters)
      .map(([name, value]) => `${(counterLabels as Record<string, Wording>)[name]?.[language] ?? name}: ${value}`)
      .join(' · ')
  return { el: line('el'), en: line('en') }
}
