const rules = { en: new Intl.PluralRules('en'), el: new Intl.PluralRules('el') }

/** Which of two forms of a word goes with `count` in a language (CLDR): "kit is" with 1, "kits are" with 0 and 2. */
export function inNumber(count: number, one: string, other: string, language: keyof typeof rules = 'en'): string {
  return rules[language].select(count) === 'one' ? one : other
}

/** `count` and the words that agree with it, in English: "1 kit", "2 kits"; `other` where it is more than an s. */
export function countOf(count: number, one: string, other = `${one}s`): string {
  return `${count} ${inNumber(count, one, other)}`
}
