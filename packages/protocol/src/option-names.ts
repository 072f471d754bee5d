import { optionHint } from '#option-hint'

/**
 * Finds an unknown name in an options object: without this check, a misspelt option would silently have no effect.
 *
 * @param options The object as the application wrote it.
 * @param known The names that exist.
 * @param path Where the object stands, such as `throttle`. Default: the top level.
 * @returns a sentence such as "unknown option `scopes`; did you mean `scope`?", or undefined if every name is known. A page
 * that is bundled for production has only its first half.
 */
export function unknownOption(options: object, known: readonly string[], path = ''): string | undefined {
  const name = Object.keys(options).find((each) => !known.includes(each))
  if (name === undefined) return undefined
  const prefix = path && `${path}.`
  return `unknown option \`${prefix}${name}\`${optionHint(name, known, prefix)}`
}
