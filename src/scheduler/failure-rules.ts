import type { Wording } from '../shared/wording.ts'

/** Why work failed, in words that a coordinator understands. Beside it stands what was said, for the one who runs the service. */
export const failureWords = {
  address_refused: {
    el: 'Η διεύθυνση δεν δέχεται μηνύματα. Διορθώστε την.',
    en: 'The address takes no messages. Correct it.',
  },
  channel_down: {
    el: 'Ο διακομιστής μηνυμάτων δεν απαντά. Θα ξαναδοκιμαστεί μόνο του.',
    en: 'The message server does not answer. It is tried again by itself.',
  },
  delivery_delayed: {
    el: 'Ο διακομιστής μηνυμάτων ζήτησε να ξαναδοκιμαστεί αργότερα.',
    en: 'The message server asked to try again later.',
  },
  delivery_doubtful: {
    el: 'Δεν είναι βέβαιο ότι το μήνυμα έφτασε. Ρωτήστε πριν το ξαναστείλετε.',
    en: 'Nobody knows whether the message arrived. Ask before it is sent again.',
  },
  refused: {
    el: 'Δεν επιτρέπεται όπως έχουν τώρα τα πράγματα.',
    en: 'It is not possible as things are now.',
  },
  partly: {
    el: 'Ένα μέρος απέτυχε· τα υπόλοιπα έγιναν.',
    en: 'A part failed; the rest is done.',
  },
  storage: {
    el: 'Ο δίσκος ή η βάση δεδομένων δεν δέχτηκε την εγγραφή. Ειδοποιήστε τον διαχειριστή.',
    en: 'The disk or the database did not take it. Tell the administrator.',
  },
  process_ended: {
    el: 'Η υπηρεσία σταμάτησε ενώ εκτελούνταν. Ό,τι έμεινε γίνεται την επόμενη φορά.',
    en: 'The service ended while it was done. What is left is done next time.',
  },
  postponed: {
    el: 'Δεν έγινε ακόμη. Θα ξαναδοκιμαστεί μόνο του.',
    en: 'Not done yet. It is tried again by itself.',
  },
  unforeseen: {
    el: 'Κάτι απρόβλεπτο. Ειδοποιήστε τον διαχειριστή: η αιτία είναι στο αρχείο καταγραφής.',
    en: 'Something unforeseen. Tell the administrator: the cause is in the log.',
  },
} as const satisfies Record<string, Wording>

/** One of {@link failureWords}. */
export type FailureReason = keyof typeof failureWords

/** Reasons by the names of the errors that are known; the others are told apart below. */
const byName: Record<string, FailureReason> = {
  AddressRefused: 'address_refused',
  ChannelDown: 'channel_down',
  DeliveryDelayed: 'delivery_delayed',
  DeliveryDoubtful: 'delivery_doubtful',
  Problem: 'refused',
  PartlyFailed: 'partly',
  ProcessEnded: 'process_ended',
}

/** Why work failed: what was said, and the reason behind it. */
export interface Failure {
  failure: string
  reason: FailureReason
}

/**
 * What an error says of the work that it ended: at most 500 characters, and none of the values that a query was given.
 * `isStorageFault` tells whether the disk or the database is behind it.
 */
export function failureOf(error: unknown, isStorageFault: (error: unknown) => boolean): Failure {
  const chain = causes(error)
  const known = chain.map(({ name }) => byName[name]).find((reason) => reason !== undefined)
  const spoken = chain.find(({ message }) => !message.startsWith('Failed query'))
  const isPostponed = chain.some(({ name }) => name === 'RetryLater')
  return {
    failure: (spoken?.message ?? 'a query failed').slice(0, 500),
    reason: known ?? (isStorageFault(error) ? 'storage' : isPostponed ? 'postponed' : 'unforeseen'),
  }
}

/** An error and those behind it, from the outside in. */
function causes(error: unknown): Error[] {
  const chain: Error[] = []
  for (let one = error; one instanceof Error && chain.length < 5; one = one.cause) chain.push(one)
  return chain
}
