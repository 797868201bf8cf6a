let known: Promise<ReadonlySet<string>> | undefined

/**
 * The 49,000 passwords that are seen most often in breaches, in lower case: the list of zxcvbn-ts (MIT), from SecLists and
 * others. Read when the first password is set; it takes 8 MB.
 */
export function worstPasswords(): Promise<ReadonlySet<string>> {
  known ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common'] as string[]),
  )
  return known
}
