import { unknownOption } from '@sessionward/protocol'

/**
 * Refuses a command line with a misspelt or repeated option, a value without an option, or an option without its value.
 *
 * @throws TypeError that names the option and what was expected, and never a value: a database's URL may hold a password.
 */
export function checkArguments(
  args: readonly string[],
  names: readonly string[],
  switches: readonly string[] = [],
): void {
  const empty = emptyOption(args, names)
  if (empty !== undefined) throw new TypeError(`${empty.replace(/=$/, '')} needs a value`)
  const repeated = names.find((name) => args.filter((word) => word.replace(/=.*$/s, '') === `--${name}`).length > 1)
  if (repeated !== undefined) throw new TypeError(`--${repeated} is given twice; separate its values by commas`)
  const unknown = unknownArgument(args, names, switches)
  if (unknown === undefined) return
  const all = [...names, ...switches].map((name) => `--${name}`)
  const option = unknown.replace(/=.*$/s, '')
  if (!unknown.startsWith('-')) {
    throw new TypeError(`unexpected argument without an option; expected ${all.join(', ')}`)
  }
  throw new TypeError(unknownOption({ [option]: unknown }, all) ?? `${option} takes no value`)
}

/**
 * The first argument of a command line that would be ignored: a misspelt option, or a value without its option.
 *
 * @param words what follows the command
 * @param names options that take a value
 * @param switches options that take none
 */
export function unknownArgument(
  args: readonly string[],
  names: readonly string[],
  switches: readonly string[] = [],
): string | undefined {
  const options = names.map((name) => `--${name}`)
  return args.find((word, at) => {
    if (switches.some((name) => word === `--${name}`)) return false
    if (word.startsWith('-')) return !options.includes(word.replace(/=.*$/s, ''))
    return !options.includes(args[at - 1] ?? '')
  })
}

/** The first option that needs a value and has none. */
export function emptyOption(args: readonly string[], names: readonly string[]): string | undefined {
  const options = names.map((name) => `--${name}`)
  return args.find((word, at) => {
    if (!options.includes(word.replace(/=.*$/s, ''))) return false
    const value = word.includes('=') ? word.replace(/^[^=]*=/, '') : args[at + 1]
    return value === undefined || value === '' || options.includes(value)
  })
}
