import { registeredClaims } from '@sessionward/protocol'

/**
 * Refuses claims of a registered name where they enter: a setting, or a typed call. What a directory answers later is
 * filtered when the token is made, since nobody should be signed out for it.
 *
 * @throws TypeError that names the option and the claim.
 */
export function checkFurtherClaims(option: string, names: Iterable<string>): void {
  for (const name of names) {
    if (registeredClaims.has(name)) throw new TypeError(`${option} must not name the registered claim "${name}"`)
  }
}
