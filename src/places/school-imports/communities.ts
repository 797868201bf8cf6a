import { fold } from '../../platform/tabular/index.ts'
import type { Community } from '../rules.ts'

/** The communities that a file of schools may name, by code or name, forgiving as searches are. */
export interface CommunityBook {
  find(text: string): Community | undefined
  add(community: Community): void
}

const NUMERAL = /^(ΣΤ|[ΑΒΓΔΕΖΗΘΙ])(?:[΄'’ʹ΄´]|\s|$)/u
const numerals = ['Α', 'Β', 'Γ', 'Δ', 'Ε', 'ΣΤ', 'Ζ', 'Η', 'Θ', 'Ι']

/** A book of these communities. */
export function communityBook(communities: readonly Community[]): CommunityBook {
  const byWord = new Map<string, Community>()
  function add(community: Community): void {
    // The first that has a word keeps it; codes come before names.
    for (const word of [community.code, community.name, community.nameLatin ?? '']) {
      const folded = fold(word)
      if (folded && !byWord.has(folded)) byWord.set(folded, community)
    }
  }
  communities.forEach(add)
  return { add, find: (text) => byWord.get(fold(text)) ?? byWord.get(fold(numeralCode(text) ?? '')) }
}

/**
 * A code for a community that a file names: the Latin letter of its Greek numeral (`Δ΄ Δημοτική Κοινότητα` is `D`, as
 * Piraeus counts its communities), else the text itself without spaces, at most 20 characters.
 */
export function codeFor(text: string): string {
  return numeralCode(text) ?? text.replace(/\s+/g, '-').slice(0, 20)
}

function numeralCode(text: string): string | undefined {
  const numeral = NUMERAL.exec(text)?.[1]
  return numeral && String.fromCharCode(65 + numerals.indexOf(numeral))
}
