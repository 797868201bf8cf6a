import { inNumber } from '../../shared/plurals.ts'
/** What a voucher says in each language. Short sentences: they stand in a column of 45 mm. */
export interface VoucherTexts {
  title: string
  when: string
  where: string
  bring: string
  once: string
}

/** The languages that the sheets know, by BCP 47 primary subtag. */
export const voucherTexts = {
  el: {
    title: 'Κουπόνι παραλαβής σχολικής σάκας',
    when: 'Πότε',
    where: 'Πού',
    bring: 'Φέρτε μαζί σας αυτό το κουπόνι, σε χαρτί ή στο κινητό.',
    once: 'Ισχύει για μία σάκα, μία φορά. Αν χαθεί, ζητήστε νέο από το σχολείο.',
  },
  en: {
    title: 'School kit pickup voucher',
    when: 'When',
    where: 'Where',
    bring: 'Bring this voucher with you, on paper or on your phone.',
    once: 'Valid for one kit, once. If it is lost, ask the school for a new one.',
  },
  sq: {
    title: 'Kupon për marrjen e çantës shkollore',
    when: 'Kur',
    where: 'Ku',
    bring: 'Sillni me vete këtë kupon, në letër ose në telefon.',
    once: 'Vlen për një çantë, vetëm një herë. Nëse humbet, kërkoni një të ri në shkollë.',
  },
  ar: {
    title: 'قسيمة استلام الحقيبة المدرسية',
    when: 'متى',
    where: 'أين',
    bring: 'أحضروا معكم هذه القسيمة، على الورق أو على الهاتف.',
    once: 'صالحة لحقيبة واحدة ولمرة واحدة. إذا فُقدت فاطلبوا قسيمة جديدة من المدرسة.',
  },
  uk: {
    title: 'Талон на отримання шкільного ранця',
    when: 'Коли',
    where: 'Де',
    bring: 'Візьміть із собою цей талон — на папері або в телефоні.',
    once: 'Дійсний на один ранець, один раз. Загубили? Попросіть у школі новий.',
  },
  ur: {
    title: 'اسکول بیگ وصول کرنے کا واؤچر',
    when: 'کب',
    where: 'کہاں',
    bring: 'یہ واؤچر اپنے ساتھ لائیں، کاغذ پر یا فون میں۔',
    once: 'یہ ایک بیگ کے لیے، صرف ایک بار کارآمد ہے۔ گم ہو جائے تو اسکول سے نیا لے لیں۔',
  },
  ka: {
    title: 'სასკოლო ჩანთის მიღების ვაუჩერი',
    when: 'როდის',
    where: 'სად',
    bring: 'თან იქონიეთ ეს ვაუჩერი, ქაღალდზე ან ტელეფონში.',
    once: 'მოქმედებს ერთ ჩანთაზე, ერთხელ. დაკარგვისას ახალი სკოლაში მოითხოვეთ.',
  },
  bg: {
    title: 'Талон за получаване на ученическа раница',
    when: 'Кога',
    where: 'Къде',
    bring: 'Носете със себе си този талон — на хартия или в телефона.',
    once: 'Важи за една раница, веднъж. Ако се изгуби, поискайте нов в училище.',
  },
} as const satisfies Record<string, VoucherTexts>

/** A language that the sheets know. */
export type SheetLanguage = keyof typeof voucherTexts

/** What only staff read, in Greek. */
export const staffTexts = {
  documentTitle: 'Κουπόνια παραλαβής',
  section: 'Τμήμα',
  number: 'Αρ.',
  vouchers: (count: number) => `${count} ${inNumber(count, 'κουπόνι', 'κουπόνια', 'el')}`,
  pageOf: (page: number, pages: number) => `Σελίδα ${page} από ${pages}`,
  ofSection: (page: number, pages: number) => `φύλλο ${page} από ${pages}`,
  none: 'Δεν υπάρχουν κουπόνια για εκτύπωση.',
}

/**
 * The language that stands next to Greek on a guardian's voucher: their own, or English where it is not known or not
 * among ours. None for those who read Greek.
 */
export function secondLanguage(language: string | null): Exclude<SheetLanguage, 'el'> | null {
  const primary = language?.toLowerCase().split('-')[0]
  if (primary === 'el') return null
  return primary && Object.hasOwn(voucherTexts, primary) ? (primary as Exclude<SheetLanguage, 'el'>) : 'en'
}

/** Where a line in `language` begins. */
export function directionOf(language: SheetLanguage): 'ltr' | 'rtl' {
  return language === 'ar' || language === 'ur' ? 'rtl' : 'ltr'
}

/** A pickup window in words, in Western digits: `11–22 Σεπτεμβρίου 2023`. */
export function windowText(from: string, until: string, language: SheetLanguage): string {
  const day = (date: string) => new Date(`${date}T00:00:00Z`)
  const locale = `${language === 'en' ? 'en-GB' : language}-u-nu-latn`
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).formatRange(day(from), day(until))
}
