import type { SignatureAlgorithm } from '@sessionward/protocol'
import { invalidToken } from '../challenge.js'
import { readJsonPart } from './compact-jws.js'
import type { JsonObject } from './strict-json.js'

/** The header parameters that a guard reads. All others are either refused or ignored. */
export interface AccessTokenHeader {
  readonly algorithm: SignatureAlgorithm
  readonly kid: string | undefined
}

export interface HeaderRules {
  readonly algorithms: readonly SignatureAlgorithm[]
  /** In lower case and without `application/`. */
  readonly types: readonly string[]
}

/**
 * Parameters that change the meaning of others, or supply a key (RFC 7515 section 4.1). Refused with any value.
 */
const refused = ['crit', 'b64', 'zip', 'cty', 'enc', 'jwk', 'jku', 'x5u', 'x5c'] as const

/** @throws GuardError `access_token_invalid` for a parameter that is refused in every header */
export function checkParameters(header: JsonObject): void {
  for (const name of refused) {
    if (Object.hasOwn(header, name)) throw invalidToken(`The header parameter ${name} is not accepted.`)
  }
}

/** Reads the headers of an issuer's tokens. Nearly all are the same, so the one that was accepted last is not read again. */
export class HeaderReader {
  readonly #rules: HeaderRules
  #last: { readonly bytes: Uint8Array; readonly header: AccessTokenHeader } | undefined

  constructor(rules: HeaderRules) {
    this.#rules = rules
  }

  /** @throws GuardError `access_token_invalid` */
  read(bytes: Uint8Array): AccessTokenHeader {
    if (this.#last && isEqual(bytes, this.#last.bytes)) return this.#last.header
    const header = readHeader(readJsonPart('header', bytes), this.#rules)
    this.#last = { bytes, header }
    return header
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false
  return true
}

function readHeader(header: JsonObject, rules: HeaderRules): AccessTokenHeader {
  checkParameters(header)
  const { alg, typ, kid } = header
  if (typeof typ !== 'string' || !rules.types.includes(normalType(typ))) throw invalidToken('The typ is not accepted.')
  const algorithm = rules.algorithms.find((allowed) => allowed === alg)
  if (!algorithm) throw invalidToken('The alg is not accepted.')
  if (kid !== undefined && typeof kid !== 'string') throw invalidToken('The kid is not a string.')
  return { algorithm, kid }
}

/** Media types are compared without case, and `application/` may be left out (RFC 7515 section 4.1.9). */
export function normalType(type: string): string {
  // ASCII only: a Kelvin sign or a dotted I must not become a letter.
  const lower = type.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower
}
