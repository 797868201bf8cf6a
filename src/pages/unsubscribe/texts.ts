import type { Saying } from '../frame.ts'

/** What the page that ends reminders says in one language. */
interface UnsubscribeTexts {
  /** The language's own name. */
  name: string
  title: string
  ask: string
  button: string
  done: string
  /** What stays as it is, before and after. */
  kept: string
  unknown: Saying
  broken: Saying
}

/** The page in every language that reminders are written in. */
export const unsubscribeTexts = {
  el: {
    name: 'Ελληνικά',
    title: 'Υπενθυμίσεις για τη σχολική σάκα',
    ask: 'Να μη σας στέλνουμε άλλες υπενθυμίσεις;',
    button: 'Όχι άλλες υπενθυμίσεις',
    done: 'Δεν θα λάβετε άλλες υπενθυμίσεις',
    kept: 'Η σάκα σας περιμένει όπως πριν, και ο κωδικός ισχύει.',
    unknown: {
      headline: 'Ο σύνδεσμος δεν ισχύει',
      hint: 'Ανοίξτε τον από το μήνυμα που λάβατε, ή ρωτήστε το σχολείο.',
    },
    broken: { headline: 'Η σελίδα δεν είναι διαθέσιμη', hint: 'Δοκιμάστε ξανά σε λίγα λεπτά.' },
  },
  en: {
    name: 'English',
    title: 'Reminders of the school kit',
    ask: 'Shall we send you no more reminders?',
    button: 'No more reminders',
    done: 'You will get no more reminders',
    kept: 'The kit is waiting for you as before, and the code stays good.',
    unknown: { headline: 'The link is not valid', hint: 'Open it from the message that you got, or ask the school.' },
    broken: { headline: 'The page is not available', hint: 'Try again in a few minutes.' },
  },
  sq: {
    name: 'Shqip',
    title: 'Kujtesa për çantën e shkollës',
    ask: 'Të mos ju dërgojmë më kujtesa?',
    button: 'Mos më dërgoni më kujtesa',
    done: 'Nuk do të merrni më kujtesa',
    kept: 'Çanta ju pret si më parë dhe kodi mbetet i vlefshëm.',
    unknown: { headline: 'Lidhja nuk është e vlefshme', hint: 'Hapeni nga mesazhi që keni marrë ose pyesni shkollën.' },
    broken: { headline: 'Faqja nuk është e disponueshme', hint: 'Provoni përsëri pas disa minutash.' },
  },
  ar: {
    name: 'العربية',
    title: 'تذكيرات الحقيبة المدرسية',
    ask: 'هل نتوقف عن إرسال التذكيرات إليكم؟',
    button: 'لا أريد تذكيرات أخرى',
    done: 'لن تصلكم تذكيرات أخرى',
    kept: 'الحقيبة في انتظاركم كما كانت، والرمز يبقى صالحًا.',
    unknown: { headline: 'الرابط غير صالح', hint: 'افتحوه من الرسالة التي وصلتكم، أو اسألوا المدرسة.' },
    broken: { headline: 'الصفحة غير متاحة', hint: 'حاولوا مرة أخرى بعد بضع دقائق.' },
  },
  uk: {
    name: 'Українська',
    title: 'Нагадування про шкільний рюкзак',
    ask: 'Більше не надсилати вам нагадувань?',
    button: 'Більше не надсилати',
    done: 'Ви більше не отримуватимете нагадувань',
    kept: 'Рюкзак чекає на вас, як і раніше, а код залишається чинним.',
    unknown: {
      headline: 'Посилання недійсне',
      hint: 'Відкрийте його з повідомлення, яке ви отримали, або запитайте у школі.',
    },
    broken: { headline: 'Сторінка недоступна', hint: 'Спробуйте ще раз за кілька хвилин.' },
  },
  ur: {
    name: 'اردو',
    title: 'اسکول بیگ کی یاد دہانیاں',
    ask: 'کیا ہم آپ کو مزید یاد دہانیاں نہ بھیجیں؟',
    button: 'مزید یاد دہانیاں نہیں',
    done: 'آپ کو مزید یاد دہانیاں نہیں ملیں گی',
    kept: 'بیگ پہلے کی طرح آپ کا منتظر ہے، اور کوڈ بدستور کارآمد ہے۔',
    unknown: { headline: 'لنک درست نہیں', hint: 'اسے موصول ہونے والے پیغام سے کھولیں، یا اسکول سے پوچھیں۔' },
    broken: { headline: 'صفحہ دستیاب نہیں', hint: 'چند منٹ بعد دوبارہ کوشش کریں۔' },
  },
  ka: {
    name: 'ქართული',
    title: 'შეხსენებები სასკოლო ჩანთის შესახებ',
    ask: 'აღარ გამოგიგზავნოთ შეხსენებები?',
    button: 'აღარ მინდა შეხსენებები',
    done: 'შეხსენებებს აღარ მიიღებთ',
    kept: 'ჩანთა კვლავ გელოდებათ და კოდი ძალაშია.',
    unknown: { headline: 'ბმული არ არის ძალაში', hint: 'გახსენით მიღებული შეტყობინებიდან ან ჰკითხეთ სკოლას.' },
    broken: { headline: 'გვერდი მიუწვდომელია', hint: 'სცადეთ ხელახლა რამდენიმე წუთში.' },
  },
  bg: {
    name: 'Български',
    title: 'Напомняния за ученическата раница',
    ask: 'Да не ви изпращаме повече напомняния?',
    button: 'Без повече напомняния',
    done: 'Няма да получавате повече напомняния',
    kept: 'Раницата ви очаква както преди и кодът остава валиден.',
    unknown: {
      headline: 'Връзката не е валидна',
      hint: 'Отворете я от съобщението, което сте получили, или попитайте училището.',
    },
    broken: { headline: 'Страницата не е достъпна', hint: 'Опитайте отново след няколко минути.' },
  },
} as const satisfies Record<string, UnsubscribeTexts>

/** A language that the page is in. */
export type UnsubscribeLanguage = keyof typeof unsubscribeTexts
