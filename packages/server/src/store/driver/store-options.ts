import { checkOptionNames } from '../../input/option-names.js'

/** How an option of a store is checked. */
export interface OptionRule<T> {
  readonly accepts: (value: unknown) => boolean
  /** What follows `must be` in the message. */
  readonly expected: string
  /** The value if the option is omitted. Without it the option is required. */
  readonly fallback?: T
}

type Values<Rules> = { readonly [Name in keyof Rules]: Rules[Name] extends OptionRule<infer T> ? T : never }

/**
 * The options of a store, checked and complete. The first rule is that of the client or the file: its message says most
 * clearly that something else was passed in.
 *
 * @param caller The function that was given the options, such as `postgresStore`.
 * @throws TypeError that names the option and what was expected.
 */
export function readOptions<Rules extends Readonly<Record<string, OptionRule<unknown>>>>(
  caller: string,
  given: object,
  rules: Rules,
): Values<Rules> {
  const options = (given ?? {}) as Readonly<Record<string, unknown>>
  const names = Object.keys(rules)
  const values: Record<string, unknown> = {}
  for (const name of names) {
    const rule = rules[name]!
    const value = options[name]
    const isOmitted = value === undefined && 'fallback' in rule
    if (!isOmitted && !rule.accepts(value)) throw new TypeError(`${caller}: ${name} must be ${rule.expected}`)
    values[name] = isOmitted ? rule.fallback : value
    if (name === names[0]) checkOptionNames(caller, options, Object.fromEntries(names.map((known) => [known, true])))
  }
  return values as Values<Rules>
}

/** The client, the pool or the file. */
export function required<T>(accepts: (value: unknown) => boolean, expected: string): OptionRule<T> {
  return { accepts, expected }
}

/** A duration of more than 0 and at most 3600 seconds. */
export function seconds(fallback: number): OptionRule<number> {
  const accepts = (value: unknown) => typeof value === 'number' && value > 0 && value <= 3600
  return { accepts, expected: 'a number of seconds, up to 3600', fallback }
}

export function flag(fallback: boolean): OptionRule<boolean> {
  return { accepts: (value) => typeof value === 'boolean', expected: 'true or false', fallback }
}

/** One of two words, of which the first is the default. */
export function oneOf<const T extends string>(fallback: T, other: T): OptionRule<T> {
  return { accepts: (value) => value === fallback || value === other, expected: `${fallback} or ${other}`, fallback }
}

/** The store's clock, in milliseconds since the epoch. */
export const clock: OptionRule<() => number> = {
  accepts: (value) => typeof value === 'function',
  expected: 'a function',
  // Not `Date.now` itself, which fake timers replace later.
  fallback: () => Date.now(),
}

/** The options that have the same name and meaning in several stores. */
export const shared = {
  timeout: seconds(5),
  migrate: oneOf('automatic', 'manual'),
  durability: oneOf('full', 'as-configured'),
} as const
