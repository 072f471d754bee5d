import { registeredClaims } from '@sessionward/protocol'

/**
 * Refuses the names of registered claims in an option.
 *
 * @throws TypeError that names the option and the claim.
 */
export function checkClaimNames(option: string, names: Iterable<string>): void {
  for (const name of names) {
    if (registeredClaims.has(name)) throw new TypeError(`${option} must not name the registered claim "${name}"`)
  }
}
