import type { Saying } from '../frame.ts'

/** What a voucher is good for today, as its holder needs to know it. */
export type VoucherState = 'ready' | 'early' | 'late' | 'collected' | 'replaced' | 'expired' | 'invalid'

/** What the page says in one language. `{day}` stands for a date. */
interface PageTexts {
  /** The language's own name. */
  name: string
  title: string
  states: Record<VoucherState, Saying>
  show: string
  code: string
  when: string
  calendar: string
  where: string
  bring: string
  bringWhat: string
  qr: string
  unknown: Saying
  broken: Saying
  busy: Saying
}

/** The page in Greek and in English. */
export const pageTexts = {
  el: {
    name: 'Ελληνικά',
    title: 'Παραλαβή σχολικής σάκας',
    states: {
      ready: { headline: 'Μπορείτε να παραλάβετε τη σάκα', hint: 'Σας περιμένει στο σχολείο.' },
      early: { headline: 'Η παραλαβή δεν έχει αρχίσει ακόμη', hint: 'Ελάτε από τις {day}.' },
      late: { headline: 'Οι ημέρες παραλαβής πέρασαν', hint: 'Ρωτήστε το σχολείο πότε μπορείτε να έρθετε.' },
      collected: {
        headline: 'Η σάκα έχει παραληφθεί',
        hint: 'Παραδόθηκε στις {day}. Αν δεν την πήρατε εσείς, μιλήστε με το σχολείο.',
      },
      replaced: {
        headline: 'Υπάρχει νεότερο κουπόνι',
        hint: 'Αυτό δεν ισχύει πια. Αν δεν έχετε το νέο, ζητήστε το από το σχολείο.',
      },
      expired: { headline: 'Το κουπόνι έληξε', hint: 'Η διανομή τελείωσε. Ρωτήστε τον Δήμο.' },
      invalid: { headline: 'Το κουπόνι δεν ισχύει', hint: 'Ρωτήστε το σχολείο.' },
    },
    show: 'Δείξτε αυτό στο σχολείο',
    code: 'Κωδικός',
    when: 'Πότε',
    calendar: 'Βάλτε το στο ημερολόγιό σας',
    where: 'Πού',
    bring: 'Τι να φέρετε',
    bringWhat: 'Αυτή τη σελίδα στο κινητό σας, ή το κουπόνι σε χαρτί.',
    qr: 'Κωδικός QR για την παραλαβή',
    unknown: {
      headline: 'Δεν βρήκαμε αυτό το κουπόνι',
      hint: 'Ελέγξτε τον κωδικό στο χαρτί σας: έχει 12 γράμματα και αριθμούς. Αν είναι σωστός, ρωτήστε το σχολείο.',
    },
    broken: {
      headline: 'Η σελίδα δεν είναι διαθέσιμη',
      hint: 'Δοκιμάστε ξανά σε λίγα λεπτά. Το κουπόνι σας ισχύει όπως πριν.',
    },
    busy: {
      headline: 'Πάρα πολλές προσπάθειες',
      hint: 'Περιμένετε ένα λεπτό και δοκιμάστε ξανά. Το κουπόνι σας ισχύει όπως πριν.',
    },
  },
  en: {
    name: 'English',
    title: 'School kit pickup',
    states: {
      ready: { headline: 'You can collect the kit', hint: 'It is waiting for you at the school.' },
      early: { headline: 'The pickup has not begun yet', hint: 'Come from {day}.' },
      late: { headline: 'The days of the pickup have passed', hint: 'Ask the school when you can come.' },
      collected: {
        headline: 'The kit has been collected',
        hint: 'It was handed out on {day}. If that was not you, talk to the school.',
      },
      replaced: {
        headline: 'There is a newer voucher',
        hint: 'This one is no longer good. If you do not have the new one, ask the school for it.',
      },
      expired: { headline: 'The voucher has expired', hint: 'The distribution is over. Ask the municipality.' },
      invalid: { headline: 'The voucher is not valid', hint: 'Ask the school.' },
    },
    show: 'Show this at the school',
    code: 'Code',
    when: 'When',
    calendar: 'Add to your calendar',
    where: 'Where',
    bring: 'What to bring',
    bringWhat: 'This page on your phone, or the voucher on paper.',
    qr: 'QR code for the pickup',
    unknown: {
      headline: 'We could not find this voucher',
      hint: 'Check the code on your sheet: it has 12 letters and digits. If it is right, ask the school.',
    },
    broken: {
      headline: 'The page is not available',
      hint: 'Try again in a few minutes. Your voucher is as good as before.',
    },
    busy: {
      headline: 'Too many attempts',
      hint: 'Wait a minute and try again. Your voucher is as good as before.',
    },
  },
} as const satisfies Record<string, PageTexts>

/** A language that the page is in. */
export type PageLanguage = keyof typeof pageTexts
