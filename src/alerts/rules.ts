import type { Instant } from '../shared/time.ts'
import type { Wording } from '../shared/wording.ts'

/** Something that staff should know of, as long as it is so. */
export interface Situation {
  /** What it is about, an id as a rule: the same matter is the same situation. */
  matter: string
  /** How it stands. Told again once it stands otherwise. */
  state: string
  /** One line for those who look after it. Holds no name of a person and no contact. */
  line: Wording
}

/** A situation as it was found before. */
export interface KnownSituation {
  matter: string
  state: string
  /** Since when it has stood like this, by the clock of the service. */
  since: Instant
  /** Whether staff have been told of it. */
  told: boolean
}

/** Compares what is so now with what was known. */
export function compareSituations(known: KnownSituation[], now: Situation[]) {
  const before = new Map(known.map((situation) => [situation.matter, situation]))
  const current = new Set(now.map(({ matter }) => matter))
  const isFresh = ({ matter, state }: Situation) => before.get(matter)?.state !== state
  return {
    /** Not found before, or in another state. */
    fresh: now.filter(isFresh),
    /** To be told: fresh, or found while there was nobody who could be told. */
    untold: now.filter((situation) => isFresh(situation) || !before.get(situation.matter)?.told),
    /** Matters that are no longer so: should they come again, they are told again. */
    gone: known.map(({ matter }) => matter).filter((matter) => !current.has(matter)),
  }
}

/** How many lines a mail has at most; the rest is counted. */
const mostLines = 50

/** The text of an alert: Greek first, then English; `more` says where to look. */
export function alertText(intro: Wording, lines: Wording[], more: Wording): string {
  const inLanguage = (language: keyof Wording, rest: (count: number) => string) => [
    intro[language],
    '',
    ...lines.slice(0, mostLines).map((line) => `• ${line[language]}`),
    ...(lines.length > mostLines ? [`• ${rest(lines.length - mostLines)}`] : []),
    '',
    more[language],
  ]
  return [
    ...inLanguage('el', (count) => `και άλλα ${count}`),
    '',
    '· · ·',
    '',
    ...inLanguage('en', (count) => `and ${count} more`),
    '',
  ].join('\n')
}
