/** The alphabet of text messages, and what takes the place of two of its letters (3GPP TS 23.038, section 6.2.1). */
const letters = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
const doubleLetters = new Set('^{}\\[~]|€')

const isLetter = (letter: string) => letters.has(letter) || doubleLetters.has(letter)

/** Greek capitals that the alphabet has under their Latin look. */
const lookAlikes: Record<string, string> = Object.fromEntries(
  [...'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ'].map((greek, i) => [greek, 'ABEZHIKMNOPTYX'[i]!]),
)
const typeset: Record<string, string> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '–': '-',
  '—': '-',
  '‑': '-',
  '…': '...',
  '·': ',',
  '\u0387': ',',
  '\u00a0': ' ',
  '\u202f': ' ',
  º: 'o',
  ª: 'a',
}

/**
 * `text` in the alphabet of text messages, as far as that can be read: Greek in capitals without accents, other letters
 * without theirs. What has no likeness there stays as it is, and makes the message a dearer one.
 */
export function toGsm(text: string): string {
  const greekInCapitals = text.replaceAll(/[\p{Script=Greek}\p{M}]+/gu, (word) => word.toLocaleUpperCase('el'))
  return [...greekInCapitals.normalize('NFC')].map(gsmLetter).join('')
}

function gsmLetter(letter: string): string {
  if (isLetter(letter)) return letter
  const known = typeset[letter] ?? lookAlikes[letter]
  if (known !== undefined) return known
  const bare = letter.normalize('NFD').replaceAll(/\p{M}/gu, '')
  const likeness = lookAlikes[bare] ?? bare
  return bare !== '' && [...likeness].every(isLetter) ? likeness : letter
}

/** How many text messages `text` is sent and paid as: 160 letters of the alphabet in one, else 153 in each; 70 and 67 of others. */
export function smsSegments(text: string): number {
  const characters = [...text]
  const isGsm = characters.every(isLetter)
  const [single, each] = isGsm ? [160, 153] : [70, 67]
  const length = isGsm ? characters.length + characters.filter((c) => doubleLetters.has(c)).length : text.length
  return length <= single ? 1 : Math.ceil(length / each)
}
