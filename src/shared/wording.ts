/** The same said in the two languages that staff read. */
export interface Wording {
  el: string
  en: string
}
