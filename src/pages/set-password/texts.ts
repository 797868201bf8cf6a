import type { PageLanguage } from '../family/texts.ts'
import type { Saying } from '../frame.ts'

/** What is wrong with a field of the form. */
export type FieldFault = 'email' | 'name' | 'repeated' | 'too_long' | 'too_short' | 'monotonous' | 'personal' | 'common'

/** What the page says in one language. */
interface SetPasswordTexts {
  title: string
  headlines: { invitation: string; password_reset: string; setup: string }
  hint: string
  email: string
  name: string
  password: string
  passwordHint: string
  repeat: string
  send: string
  error: string
  faults: Record<FieldFault, string>
  done: Saying
  invalid: Saying
  broken: Saying
}

/** The page in Greek and in English. */
export const setPasswordTexts: Record<PageLanguage, SetPasswordTexts> = {
  el: {
    title: 'Saka, σχολικές σάκες',
    headlines: {
      invitation: 'Καλώς ήρθατε',
      password_reset: 'Νέος κωδικός πρόσβασης',
      setup: 'Ο πρώτος διαχειριστής',
    },
    hint: 'Διαλέξτε τον κωδικό με τον οποίο θα συνδέεστε. Ο σύνδεσμος ισχύει για μία φορά.',
    email: 'E-mail',
    name: 'Όνομα',
    password: 'Κωδικός πρόσβασης',
    passwordHint: 'Τουλάχιστον 12 χαρακτήρες: τέσσερις άσχετες λέξεις θυμούνται εύκολα και μαντεύονται δύσκολα.',
    repeat: 'Ο κωδικός ξανά',
    send: 'Αποθήκευση',
    error: 'Σφάλμα',
    faults: {
      email: 'Γράψτε μια διεύθυνση e-mail, όπως onoma@dimos.gr.',
      name: 'Γράψτε το όνομά σας.',
      repeated: 'Οι δύο κωδικοί διαφέρουν. Γράψτε τον ίδιο και στα δύο πεδία.',
      too_long: 'Ο κωδικός είναι πολύ μεγάλος. Χωρούν έως 200 χαρακτήρες.',
      too_short: 'Ο κωδικός είναι σύντομος. Χρειάζονται τουλάχιστον 12 χαρακτήρες.',
      monotonous: 'Ο κωδικός επαναλαμβάνει λίγους χαρακτήρες. Διαλέξτε τέσσερις άσχετες λέξεις.',
      personal: 'Ο κωδικός αποτελείται από το όνομα ή το e-mail σας. Διαλέξτε τέσσερις άσχετες λέξεις.',
      common: 'Ο κωδικός είναι από τους πιο συνηθισμένους. Διαλέξτε τέσσερις άσχετες λέξεις.',
    },
    done: { headline: 'Ο κωδικός αποθηκεύτηκε', hint: 'Μπορείτε τώρα να συνδεθείτε με το e-mail σας και αυτόν.' },
    invalid: {
      headline: 'Ο σύνδεσμος δεν ισχύει πια',
      hint: 'Χρησιμοποιήθηκε, έληξε ή βγήκε νεότερος. Ζητήστε άλλον από τον διαχειριστή.',
    },
    broken: { headline: 'Η σελίδα δεν είναι διαθέσιμη', hint: 'Τίποτα δεν άλλαξε. Δοκιμάστε ξανά σε λίγα λεπτά.' },
  },
  en: {
    title: 'Saka, school kits',
    headlines: { invitation: 'Welcome', password_reset: 'A new password', setup: 'The first administrator' },
    hint: 'Choose the password that you will sign in with. The link is good once.',
    email: 'E-mail',
    name: 'Name',
    password: 'Password',
    passwordHint: 'At least 12 characters: four words that do not belong together are easy to keep and hard to guess.',
    repeat: 'The password again',
    send: 'Save',
    error: 'Error',
    faults: {
      email: 'Write an e-mail address, such as name@city.example.',
      name: 'Write your name.',
      repeated: 'The two passwords differ. Write the same in both fields.',
      too_long: 'The password is too long. There is room for 200 characters.',
      too_short: 'The password is short. It needs at least 12 characters.',
      monotonous: 'The password repeats the same few characters. Take four words that do not belong together.',
      personal: 'The password is made of your name or e-mail. Take four words that do not belong together.',
      common: 'The password is one of the most common. Take four words that do not belong together.',
    },
    done: { headline: 'Your password is saved', hint: 'You can now sign in with your e-mail address and it.' },
    invalid: {
      headline: 'The link is no longer good',
      hint: 'It was used, has run out, or a newer one was made. Ask the administrator for another.',
    },
    broken: { headline: 'The page is not available', hint: 'Nothing was changed. Try again in a few minutes.' },
  },
}
