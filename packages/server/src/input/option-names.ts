import { unknownOption } from '@sessionward/protocol'

/**
 * Refuses an options object with an unknown name.
 *
 * @param path The option that the names belong to, such as `throttle`; empty at the top level.
 * @throws TypeError that names the unknown option and the known ones.
 */
export function checkOptionNames(path: string, given: object, known: Readonly<Record<string, true>>): void {
  const names = Object.keys(known)
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`${path || 'options'} must be an object with ${names.join(', ')}`)
  const problem = unknownOption(given, names, path)
  if (problem !== undefined) throw new TypeError(problem)
}
