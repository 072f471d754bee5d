/**
 * Refuses a name that no option has: a misspelt option would be a rule that silently does not hold.
 *
 * @param option What the names belong to, such as `throttle`.
 * @throws TypeError that names it and what was expected.
 */
export function checkOptionNames(option: string, given: object, known: Readonly<Record<string, true>>): void {
  const expected = Object.keys(known).join(', ')
  if (typeof given !== 'object' || given === null) throw new TypeError(`${option} must be an object with ${expected}`)
  const foreign = Object.keys(given).find((name) => !Object.hasOwn(known, name))
  if (foreign !== undefined) throw new TypeError(`${option}.${foreign} is not known: expected ${expected}`)
}
