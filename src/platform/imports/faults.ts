import { countOf, inNumber } from '../../shared/plurals.ts'

/** What a sentence about a fault needs to know. Never a name or a contact: reports travel. */
interface Facts {
  /** The column as the file calls it, or as it should be called. */
  column: string
  /** What the cell holds, for codes alone. */
  value?: string | undefined
  /** How many characters, or how much, at most. */
  most?: number | undefined
  /** How little at least. */
  least?: number | undefined
  /** The row that has the same. */
  row?: number | undefined
}

type Sentence = (facts: Facts) => string

const sentences = {
  missing_column: {
    en: ({ column }) => `The column "${column}" is missing. Add it to the header.`,
    el: ({ column }) => `Λείπει η στήλη «${column}». Προσθέστε την στην επικεφαλίδα.`,
  },
  duplicate_column: {
    en: ({ column }) => `The column "${column}" is there twice. Remove one of them.`,
    el: ({ column }) => `Η στήλη «${column}» υπάρχει δύο φορές. Αφαιρέστε τη μία.`,
  },
  missing_value: {
    en: ({ column }) => `"${column}" is empty. Fill it in.`,
    el: ({ column }) => `Το πεδίο «${column}» είναι κενό. Συμπληρώστε το.`,
  },
  too_long: {
    en: ({ column, most }) => `"${column}" has more than ${most} characters. Shorten it.`,
    el: ({ column, most }) => `Το πεδίο «${column}» έχει πάνω από ${most} χαρακτήρες. Συντομεύστε το.`,
  },
  formula: {
    en: ({ column }) => `"${column}" begins like a spreadsheet formula. Write it as plain text.`,
    el: ({ column }) => `Το πεδίο «${column}» αρχίζει σαν τύπος υπολογιστικού φύλλου. Γράψτε απλό κείμενο.`,
  },
  invalid_email: {
    en: ({ column }) => `"${column}" is not an e-mail address. Correct it or leave it empty.`,
    el: ({ column }) => `Το πεδίο «${column}» δεν είναι διεύθυνση e-mail. Διορθώστε το ή αφήστε το κενό.`,
  },
  invalid_phone: {
    en: ({ column }) => `"${column}" is not a telephone number. Correct it or leave it empty.`,
    el: ({ column }) => `Το πεδίο «${column}» δεν είναι αριθμός τηλεφώνου. Διορθώστε το ή αφήστε το κενό.`,
  },
  unknown_language: {
    en: ({ value }) => `No language has the code "${value}". Write one such as el, en or sq.`,
    el: ({ value }) => `Καμία γλώσσα δεν έχει τον κωδικό «${value}». Γράψτε έναν όπως el, en ή sq.`,
  },
  invalid_number: {
    en: ({ column, least, most }) => `"${column}" must be a number from ${least} to ${most}. Correct it.`,
    el: ({ column, least, most }) =>
      `Το πεδίο «${column}» πρέπει να είναι αριθμός από ${least} έως ${most}. Διορθώστε το.`,
  },
  invalid_school_code: {
    en: ({ value }) => `"${value}" cannot be a school code: one has letters, digits and hyphens only. Correct it.`,
    el: ({ value }) => `Το «${value}» δεν είναι κωδικός σχολείου: έχει μόνο γράμματα, ψηφία και παύλες. Διορθώστε τον.`,
  },
  unknown_school: {
    en: ({ value }) => `There is no school with the code ${value}. Correct the code, or add the school first.`,
    el: ({ value }) => `Δεν υπάρχει σχολείο με κωδικό ${value}. Διορθώστε τον κωδικό ή προσθέστε πρώτα το σχολείο.`,
  },
  school_not_in_campaign: {
    en: ({ value }) =>
      `The school ${value} is in none of the campaign's communities. Correct the code or remove the row.`,
    el: ({ value }) =>
      `Το σχολείο ${value} δεν ανήκει στις κοινότητες της διανομής. Διορθώστε τον κωδικό ή αφαιρέστε τη γραμμή.`,
  },
  duplicate_pupil_ref: {
    en: ({ row }) => `The pupil number of this school is in row ${row} already. Correct one of the two.`,
    el: ({ row }) => `Ο Α.Μ. αυτού του σχολείου υπάρχει ήδη στη γραμμή ${row}. Διορθώστε τον έναν από τους δύο.`,
  },
  duplicate_school: {
    en: ({ value, row }) => `The school ${value} is in row ${row} already. Remove one of the two.`,
    el: ({ value, row }) => `Το σχολείο ${value} υπάρχει ήδη στη γραμμή ${row}. Αφαιρέστε τη μία από τις δύο.`,
  },
  unknown_community: {
    en: ({ value }) => `There is no community "${value}". Correct it, or add the community first.`,
    el: ({ value }) => `Δεν υπάρχει κοινότητα «${value}». Διορθώστε την ή προσθέστε πρώτα την κοινότητα.`,
  },
  children_stay: {
    en: ({ value, most = 0 }) =>
      `${countOf(most, 'child stays', 'children stay')}, more than the ${value} given: ${inNumber(most, 'it has its kit or is', 'they have their kits or are')} known by name.`,
    el: ({ value, most = 0 }) =>
      `${most} ${inNumber(most, 'παιδί παραμένει', 'παιδιά παραμένουν', 'el')}, ενώ δόθηκαν ${value}: ${inNumber(most, 'έχει πάρει σετ ή είναι γνωστό', 'έχουν πάρει σετ ή είναι γνωστά', 'el')} με όνομα.`,
  },
} as const satisfies Record<string, { en: Sentence; el: Sentence }>

/** What can be wrong with a row, or deserve a warning. */
export type FaultCode = keyof typeof sentences

/** Every {@link FaultCode}. */
export const faultCodes = Object.keys(sentences) as FaultCode[]

/** One fault of an imported file: where, what, and a sentence on what to do in English and in Greek. */
export interface ImportFault {
  /** As a spreadsheet counts: the header is 1. */
  row: number
  /** As the file's header has it. */
  column: string
  code: FaultCode
  message: string
  messageEl: string
}

/** The fault `code` in `row`. */
export function importFault(row: number, code: FaultCode, facts: Facts): ImportFault {
  const { en, el }: { en: Sentence; el: Sentence } = sentences[code]
  return { row, column: facts.column, code, message: en(facts), messageEl: el(facts) }
}
