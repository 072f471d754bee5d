/**
 * Finds an unknown name in an options object: without this check, a misspelt option would silently have no effect.
 *
 * @param options The object as the application wrote it.
 * @param known The names that exist.
 * @param path Where the object stands, such as `throttle`. Default: the top level.
 * @returns a sentence such as "unknown option `scopes`; did you mean `scope`?", or undefined if every name is known.
 */
export function unknownOption(options: object, known: readonly string[], path = ''): string | undefined {
  const name = Object.keys(options).find((each) => !known.includes(each))
  if (name === undefined) return undefined
  const prefix = path && `${path}.`
  const close = known.find((each) => isSimilar(each.toLowerCase(), name.toLowerCase()))
  const hint = close ? `did you mean \`${prefix}${close}\`?` : `expected ${known.join(', ')}`
  return `unknown option \`${prefix}${name}\`; ${hint}`
}

/** Whether one name is a prefix of the other, or both have the same letters except one each. */
function isSimilar(one: string, other: string): boolean {
  const missing = (letters: string, name: string) => [...letters].filter((letter) => !name.includes(letter)).length
  return one.startsWith(other) || other.startsWith(one) || (missing(one, other) < 2 && missing(other, one) < 2)
}
