/** The rules that give kits beyond those shipped, in the order in which they apply. */
export type AllocationRule = 'minimum' | 'priority' | 'share'

/**
 * Why a line's quantity is what it is: nothing is needed; more was shipped than is needed; the need is met; or the stock
 * ran out while the minimum per school, the priority schools or the shares by need were being filled. Stable.
 */
export type ReasonCode = 'not_needed' | 'shipped_beyond_need' | 'need_met' | `${AllocationRule}_short`

/** What one school gets and why. Plain data, so that a run can be kept and told in any language later. */
export interface AllocationLine {
  schoolId: string
  /** Kits, any buffer included. */
  need: number
  /** Kits in all: the sum of `kits`. */
  quantity: number
  code: ReasonCode
  /** How many kits each rule gave, and how many were shipped before. */
  kits: Record<'shipped' | AllocationRule, number>
  /** How the draw for the last kit went among schools equally entitled to it; null where there was none. */
  lot: 'won' | 'lost' | null
}

interface Wording {
  outcome: Record<ReasonCode, (line: AllocationLine) => string>
  kits: Record<keyof AllocationLine['kits'], string>
  lot: Record<'won' | 'lost', string>
}

// Worded so that no number has to agree with a noun: 1 and 0 are as frequent as 57.
const wordings: Record<'en' | 'el', Wording> = {
  en: {
    outcome: {
      not_needed: () => 'Needs no kits',
      shipped_beyond_need: ({ need, quantity }) =>
        `Keeps what was shipped (${quantity}) although its need is ${need} now, because that is never taken back`,
      need_met: ({ need }) => `Gets its whole need of ${need}`,
      minimum_short: ({ need, quantity }) =>
        `Gets ${quantity} for a need of ${need} because stock is short even for the minimum per school`,
      priority_short: ({ need, quantity }) =>
        `Gets ${quantity} for a need of ${need} because stock is short even for the priority schools`,
      share_short: ({ need, quantity }) => `Gets ${quantity} for a need of ${need} because stock is short`,
    },
    kits: {
      shipped: 'already shipped',
      minimum: 'as the minimum per school',
      priority: 'by priority',
      share: 'as its share by need',
    },
    lot: {
      won: '; it won the last kit in a draw among schools equally entitled',
      lost: '; it lost the draw for one kit more among schools equally entitled',
    },
  },
  el: {
    outcome: {
      not_needed: () => 'Δεν χρειάζεται σετ',
      shipped_beyond_need: ({ need, quantity }) =>
        `Κρατά όσα έχουν αποσταλεί (${quantity}) αν και η ανάγκη του είναι πλέον ${need}, γιατί δεν αφαιρούνται ποτέ`,
      need_met: ({ need }) => `Καλύπτεται όλη η ανάγκη του (${need})`,
      minimum_short: ({ need, quantity }) =>
        `Λαμβάνει ${quantity} έναντι ανάγκης ${need}, επειδή το απόθεμα δεν επαρκεί ούτε για το ελάχιστο ανά σχολείο`,
      priority_short: ({ need, quantity }) =>
        `Λαμβάνει ${quantity} έναντι ανάγκης ${need}, επειδή το απόθεμα δεν επαρκεί ούτε για τα σχολεία προτεραιότητας`,
      share_short: ({ need, quantity }) => `Λαμβάνει ${quantity} έναντι ανάγκης ${need}, επειδή το απόθεμα δεν επαρκεί`,
    },
    kits: {
      shipped: 'από όσα έχουν ήδη αποσταλεί',
      minimum: 'ως ελάχιστο ανά σχολείο',
      priority: 'κατά προτεραιότητα',
      share: 'κατ’ αναλογία της ανάγκης',
    },
    lot: {
      won: '· κέρδισε το τελευταίο σετ σε κλήρωση μεταξύ σχολείων με ίσο δικαίωμα',
      lost: '· έχασε την κλήρωση για ένα ακόμη σετ μεταξύ σχολείων με ίσο δικαίωμα',
    },
  },
}

const sources = ['shipped', 'minimum', 'priority', 'share'] as const

function breakdown({ kits, code }: AllocationLine, wording: Wording): string {
  if (code === 'shipped_beyond_need') return ''
  const parts = sources.filter((source) => kits[source] > 0).map((source) => `${kits[source]} ${wording.kits[source]}`)
  return parts.length > 0 ? `: ${parts.join(', ')}` : ''
}

/** Why the school gets what it gets, which rule gave each kit, and whether a lot decided: one sentence, in Greek or English. */
export function reasonSentence(line: AllocationLine, language: 'el' | 'en'): string {
  const wording = wordings[language]
  const lot = line.lot ? wording.lot[line.lot] : ''
  return `${wording.outcome[line.code](line)}${breakdown(line, wording)}${lot}.`
}
