/**
 * The first word of a command line that nobody would read: a misspelt option, or a value without its option.
 *
 * @param words what follows the command
 * @param names the options that it has and that take a value
 * @param switches those that take none
 */
export function foreignOption(
  words: readonly string[],
  names: readonly string[],
  switches: readonly string[] = [],
): string | undefined {
  const options = names.map((name) => `--${name}`)
  return words.find((word, at) => {
    if (switches.some((name) => word === `--${name}`)) return false
    if (word.startsWith('-')) return !options.includes(word.replace(/=.*$/s, ''))
    return !options.includes(words[at - 1] ?? '')
  })
}

/** The first option that takes a value and was given none. */
export function emptyOption(words: readonly string[], names: readonly string[]): string | undefined {
  const options = names.map((name) => `--${name}`)
  return words.find((word, at) => {
    if (!options.includes(word.replace(/=.*$/s, ''))) return false
    const value = word.includes('=') ? word.replace(/^[^=]*=/, '') : words[at + 1]
    return value === undefined || value === '' || options.includes(value)
  })
}
